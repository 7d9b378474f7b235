package dev.espalier.core.recipe;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.pass.OptionSpec;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Prints a recipe with every default filled in; {@link RecipeReader} reads an equal one back. */
public final class RecipeWriter {
    private RecipeWriter() {}

    public static String write(Recipe recipe) {
        StringBuilder yaml = new StringBuilder("version: " + recipe.version() + "\n");
        recipe.model().ifPresent(model -> yaml.append("model: ").append(text(model)).append('\n'));
        recipe.data().ifPresent(data -> yaml.append("data:\n").append(block(data, "  ")));
        if (!recipe.metrics().isEmpty()) {
            yaml.append("metrics: ").append(value(recipe.metrics())).append('\n');
        }
        yaml.append(recipe.passes().isEmpty() ? "passes: []\n" : "passes:\n");
        for (Pass pass : recipe.passes()) {
            yaml.append("  - ").append(PassRegistry.id(pass)).append(": ");
            yaml.append(flow((Record) pass)).append('\n');
        }
        if (!recipe.guard().equals(Options.defaults(Guard.class))) {
            yaml.append("guard: ").append(flow(recipe.guard())).append('\n');
        }
        if (!recipe.goal().equals(Options.defaults(Goal.class))) {
            yaml.append("goal: ").append(flow(recipe.goal())).append('\n');
        }
        yaml.append("benchmark: ").append(flow(recipe.benchmark())).append('\n');
        if (!recipe.inputShapes().isEmpty()) {
            yaml.append("input-shapes: ").append(shapes(recipe.inputShapes())).append('\n');
        }
        return yaml.append("seed: ").append(recipe.seed()).append('\n').toString();
    }

    /** One pass with its options on one line, as it stands in a recipe. */
    public static String write(Pass pass) {
        return PassRegistry.id(pass) + ": " + flow((Record) pass);
    }

    private static String block(Record record, String indent) {
        List<OptionSpec> specs = OptionSpec.of(record.getClass());
        return IntStream.range(0, specs.size())
                .mapToObj(i -> indent + pair(specs.get(i), OptionBinder.read(record, i)) + "\n")
                .collect(Collectors.joining());
    }

    private static String flow(Record record) {
        List<OptionSpec> specs = OptionSpec.of(record.getClass());
        return IntStream.range(0, specs.size())
                .mapToObj(i -> pair(specs.get(i), OptionBinder.read(record, i)))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String pair(OptionSpec spec, Object value) {
        boolean absent = value instanceof Optional<?> optional && optional.isEmpty();
        return spec.key() + ": " + (absent ? spec.absent() : value(value));
    }

    private static String value(Object value) {
        if (value instanceof Optional<?> optional) {
            return value(optional.orElseThrow());
        }
        if (value instanceof List<?> list) {
            return list.stream()
                    .map(RecipeWriter::value)
                    .collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Record record) {
            return flow(record);
        }
        if (value instanceof Enum<?> constant) {
            return OptionSpec.choice(constant);
        }
        if (value instanceof Double number) {
            return OptionSpec.number(number);
        }
        return value instanceof String text ? text(text) : value.toString();
    }

    private static String shapes(Map<String, Shape> shapes) {
        return shapes.entrySet().stream()
                .map(
                        entry ->
                                text(entry.getKey())
                                        + ": "
                                        + Arrays.toString(entry.getValue().sizes()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    /** Text as YAML reads it back as text: in double quotes unless it is a plain word or path. */
    private static String text(String text) {
        if (text.matches("[A-Za-z_/.][A-Za-z0-9_/.-]*")
                && !text.matches("(?i)null|true|false|yes|no|on|off|[.].*(inf|nan)")) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < 0x20 || c >= 0x7f && c <= 0xa0 || c >= 0xd800) {
                quoted.append("\\u%04x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
