package dev.espalier.core.recipe;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.pass.OptionSpec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes a record from a block of a recipe by the record's {@link dev.espalier.core.pass.Option
 * declarations}: the one place where keys become values.
 */
final class OptionBinder {
    private OptionBinder() {}

    /**
     * @param owner how messages call the block, such as {@code pass 'prune'}
     * @param tree the block, or nothing for all defaults
     * @param special readers of the options whose types have a syntax of their own, by key
     * @throws InvalidOptionException naming place and nearest key, where the block does not fit
     */
    static <T> T bind(
            Class<T> type, Tree tree, String owner, Map<String, Function<Tree, Object>> special) {
        List<OptionSpec> specs = OptionSpec.of(type);
        Tree.Mapping block = block(type, tree, owner, specs);
        List<Object> values = new ArrayList<>();
        OptionSpec missing = null;
        for (OptionSpec spec : specs) {
            Tree.Entry entry = block.entries().get(spec.key());
            if (entry != null && !(entry.value().isNothing() && spec.isNested())) {
                values.add(value(spec, entry.value(), owner, special));
            } else if (spec.isRequired()) {
                missing = missing == null ? spec : missing;
            } else {
                values.add(value(spec, standard(type, spec), owner, special));
            }
        }
        // What is there is judged first: a misspelt value is nearer to the user than a missing one.
        if (missing != null) {
            throw block.place()
                    .error(
                            "%s needs '%s': %s (%s)"
                                    .formatted(
                                            owner, missing.key(), missing.help(), missing.kind()));
        }
        return create(type, values, block.place(), owner);
    }

    private static Tree.Mapping block(
            Class<?> type, Tree tree, String owner, List<OptionSpec> specs) {
        if (tree.isNothing()) {
            return new Tree.Mapping(tree.place(), Map.of());
        }
        List<String> keys = specs.stream().map(OptionSpec::key).toList();
        if (!(tree instanceof Tree.Mapping block)) {
            throw tree.place()
                    .error(
                            "%s takes a block of keys (%s), found %s"
                                    .formatted(owner, String.join(", ", keys), tree.describe()));
        }
        block.entries()
                .forEach(
                        (key, entry) -> {
                            if (!keys.contains(key)) {
                                throw unknown(type, key, entry.place(), owner, keys);
                            }
                        });
        return block;
    }

    private static InvalidOptionException unknown(
            Class<?> type, String key, Place place, String owner, List<String> keys) {
        return FormerNames.instead(type, key)
                .map(
                        instead ->
                                place.error(
                                        "%s has no key '%s' any more: %s"
                                                .formatted(owner, key, instead)))
                .orElseGet(
                        () ->
                                place.error(
                                        "unknown key '%s' of %s%s"
                                                .formatted(key, owner, Nearest.hint(key, keys))));
    }

    private static Tree standard(Class<?> type, OptionSpec spec) {
        return TreeReader.read(
                spec.standard(), "default of " + spec.key() + " in " + type.getSimpleName());
    }

    private static Object value(
            OptionSpec spec, Tree tree, String owner, Map<String, Function<Tree, Object>> special) {
        if (special.containsKey(spec.key())) {
            return special.get(spec.key()).apply(tree);
        }
        if (spec.isOptional()) {
            return isAbsent(spec, tree) ? Optional.empty() : Optional.of(single(spec, tree, owner));
        }
        if (!spec.isList()) {
            return single(spec, tree, owner);
        }
        if (!(tree instanceof Tree.Sequence list)) {
            throw tree.place()
                    .error(
                            "'%s' of %s takes a %s, found %s; write [a, b]"
                                    .formatted(spec.key(), owner, spec.kind(), tree.describe()));
        }
        return list.items().stream().map(item -> single(spec, item, owner)).toList();
    }

    private static boolean isAbsent(OptionSpec spec, Tree tree) {
        return spec.absent().equals(OptionSpec.NOTHING)
                ? tree.isNothing()
                : tree instanceof Tree.Scalar scalar && scalar.text().equals(spec.absent());
    }

    private static Object single(OptionSpec spec, Tree tree, String owner) {
        Class<?> type = spec.element();
        if (type.isRecord()) {
            return bind(type, tree, "'" + spec.key() + "' of " + owner, Map.of());
        }
        if (!(tree instanceof Tree.Scalar scalar) || scalar.isNull() && type != String.class) {
            throw wrong(spec, tree, owner);
        }
        if (type == String.class) {
            return scalar.text();
        }
        if (type.isEnum()) {
            return choice(spec, scalar, owner);
        }
        if (scalar.quoted()) {
            throw wrong(spec, tree, owner);
        }
        if (type == boolean.class || type == Boolean.class) {
            return switch (scalar.text()) {
                case "true" -> true;
                case "false" -> false;
                default -> throw wrong(spec, tree, owner);
            };
        }
        return number(spec, scalar, owner);
    }

    private static Object choice(OptionSpec spec, Tree.Scalar scalar, String owner) {
        return Arrays.stream(spec.element().getEnumConstants())
                .filter(constant -> isNamed((Enum<?>) constant, scalar.text()))
                .findFirst()
                .orElseThrow(
                        () ->
                                scalar.place()
                                        .error(
                                                "'%s' is no value for '%s' of %s%s"
                                                        .formatted(
                                                                scalar.text(),
                                                                spec.key(),
                                                                owner,
                                                                Nearest.hint(
                                                                        scalar.text(),
                                                                        OptionSpec.choices(
                                                                                spec.element())))));
    }

    private static boolean isNamed(Enum<?> constant, String text) {
        return OptionSpec.choice(constant).equals(text) || FormerNames.isOf(constant, text);
    }

    private static Object number(OptionSpec spec, Tree.Scalar scalar, String owner) {
        Class<?> type = spec.element();
        Number number;
        try {
            if (type == int.class || type == Integer.class) {
                number = Integer.parseInt(scalar.text());
            } else if (type == long.class || type == Long.class) {
                number = Long.parseLong(scalar.text());
            } else if (scalar.text().matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?")) {
                number = Double.parseDouble(scalar.text());
            } else {
                throw wrong(spec, scalar, owner);
            }
        } catch (NumberFormatException e) {
            throw wrong(spec, scalar, owner);
        }
        double value = number.doubleValue();
        if (value < spec.min() || value > spec.max() || Double.isInfinite(value)) {
            throw scalar.place()
                    .error(
                            "'%s' of %s is %s, outside its range: %s"
                                    .formatted(spec.key(), owner, scalar.text(), spec.kind()));
        }
        return number;
    }

    private static InvalidOptionException wrong(OptionSpec spec, Tree tree, String owner) {
        return tree.place()
                .error(
                        "'%s' of %s is %s, expected %s"
                                .formatted(spec.key(), owner, tree.describe(), spec.kind()));
    }

    private static <T> T create(Class<T> type, List<Object> values, Place place, String owner) {
        try {
            var constructor =
                    type.getDeclaredConstructor(
                            Arrays.stream(type.getRecordComponents())
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values.toArray());
        } catch (InvocationTargetException e) {
            // A record's own check: it knows which values do not go together.
            if (e.getCause() instanceof InvalidOptionException
                    || e.getCause() instanceof IllegalArgumentException) {
                throw place.error(owner + ": " + e.getCause().getMessage(), e.getCause());
            }
            throw new IllegalStateException("cannot make " + type.getName(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + type.getName(), e);
        }
    }

    /** The value of the option at {@code position} of {@code record}. */
    static Object read(Record record, int position) {
        RecordComponent component = record.getClass().getRecordComponents()[position];
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }
}
