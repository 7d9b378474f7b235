package dev.espalier.core.pass;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One declared option: a record component with its {@link Option}.
 *
 * @param key in recipes, kebab-case
 * @param type declared Java type: {@code int}, {@code long}, {@code double}, {@code boolean},
 *     {@link String}, an enum, a record, or {@link List} or {@link Optional} of one of these
 * @param standard default as it would stand in a recipe; empty where the user must give a value
 * @param absent what stands for an empty {@code Optional}
 * @param help one sentence for users
 */
public record OptionSpec(
        String key,
        Type type,
        String standard,
        String absent,
        String help,
        double min,
        double max) {
    /** What stands for an empty {@code Optional} unless an option has a word of its own. */
    public static final String NOTHING = "null";

    /** The options that {@code type} declares, in the order of its components. */
    public static List<OptionSpec> of(Class<?> type) {
        return Arrays.stream(type.getRecordComponents()).map(OptionSpec::of).toList();
    }

    private static OptionSpec of(RecordComponent component) {
        Option option = component.getAnnotation(Option.class);
        if (option == null) {
            throw new IllegalStateException(
                    "component '%s' of %s lacks @Option"
                            .formatted(
                                    component.getName(), component.getDeclaringRecord().getName()));
        }
        return new OptionSpec(
                kebab(component.getName()),
                component.getGenericType(),
                option.value(),
                option.absent(),
                option.help(),
                option.min(),
                option.max());
    }

    /** The type without {@code List} or {@code Optional} around it. */
    public Class<?> element() {
        return type instanceof ParameterizedType parameterized
                ? (Class<?>) parameterized.getActualTypeArguments()[0]
                : (Class<?>) type;
    }

    public boolean isList() {
        return isGeneric(List.class);
    }

    /** Whether {@link #absent} may stand for it. */
    public boolean isOptional() {
        return isGeneric(Optional.class);
    }

    private boolean isGeneric(Class<?> raw) {
        return type instanceof ParameterizedType parameterized && parameterized.getRawType() == raw;
    }

    /** Whether it is a block of further options. */
    public boolean isNested() {
        return element().isRecord();
    }

    /** Whether a recipe has to give it: it has no default and no block of defaults. */
    public boolean isRequired() {
        return standard.isEmpty() && !(isNested() && !isList());
    }

    /** The values of an enum type as recipes write them. */
    public static List<String> choices(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(c -> choice((Enum<?>) c)).toList();
    }

    /** An enum constant as recipes write it: kebab-case. */
    public static String choice(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What may stand there, in words: {@code "number from 0 to 1"}, {@code "l1 | l2"}. */
    public String kind() {
        Class<?> element = element();
        String kind;
        if (element.isEnum()) {
            kind = String.join(" | ", choices(element));
        } else if (element == boolean.class || element == Boolean.class) {
            kind = "true | false";
        } else if (element == String.class) {
            kind = "text";
        } else if (element == Pass.class) {
            kind = "passes";
        } else if (element.isRecord()) {
            kind = of(element).stream().map(OptionSpec::key).collect(Collectors.joining(", "));
            kind = "block of " + kind;
        } else {
            kind = (isWhole() ? "whole number" : "number") + range();
        }
        return (isList() ? "list of " : "") + kind + (isOptional() ? ", or " + absent : "");
    }

    /** Whether it is a number without a fraction. */
    public boolean isWhole() {
        Class<?> e = element();
        return e == int.class || e == long.class || e == Integer.class || e == Long.class;
    }

    private String range() {
        boolean low = min != Double.NEGATIVE_INFINITY;
        boolean high = max != Double.POSITIVE_INFINITY;
        return low && high
                ? " from " + number(min) + " to " + number(max)
                : low ? " from " + number(min) : high ? " up to " + number(max) : "";
    }

    /** A number as a person writes it: 8, not 8.0. */
    public static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
