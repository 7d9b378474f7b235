package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Writes {@link GraphText}. */
final class GraphTextPrinter {
    private static final long MOST_ELEMENTS = 16;

    private String indent = "";

    String graph(Graph graph, boolean nested) {
        StringBuilder text = new StringBuilder("graph ");
        if (!graph.name().isEmpty()) {
            text.append(TextNames.of(graph.name())).append(' ');
        }
        text.append(list(graph.inputs(), this::value))
                .append(" -> ")
                .append(list(graph.outputs(), this::value))
                .append(nested ? " {\n" : "\n");
        String outer = indent;
        indent = nested ? outer + "  " : outer;
        graph.initializers().values().forEach(i -> text.append(indent).append(line(i)));
        graph.nodes().forEach(n -> text.append(indent).append(line(n)));
        indent = outer;
        return nested ? text.append(indent).append('}').toString() : text.toString();
    }

    String function(Function function) {
        List<String> attributes =
                new ArrayList<>(function.attributes().stream().map(TextNames::of).toList());
        attributes.addAll(items(function.defaults()));
        StringBuilder text = new StringBuilder("function ");
        Function.Id id = function.id();
        text.append(operator(id.domain(), id.name(), id.overload())).append(' ');
        if (!attributes.isEmpty()) {
            text.append('{').append(String.join(", ", attributes)).append("} ");
        }
        text.append(list(function.body().inputs(), this::value))
                .append(" -> ")
                .append(list(function.body().outputs(), this::value))
                .append(" {\n");
        indent = "  ";
        function.opsets()
                .forEach((domain, version) -> text.append(indent).append(opset(domain, version)));
        function.body().nodes().forEach(node -> text.append(indent).append(line(node)));
        indent = "";
        return text.append("}\n").toString();
    }

    static String opset(String domain, long version) {
        return "opset " + (domain.isEmpty() ? "" : TextNames.of(domain) + " ") + version + "\n";
    }

    private static String operator(String domain, String type, String overload) {
        return (domain.isEmpty() ? "" : TextNames.of(domain) + "::")
                + TextNames.of(type)
                + (overload.isEmpty() ? "" : ":" + TextNames.of(overload));
    }

    private List<String> items(Attributes attributes) {
        List<String> items = new ArrayList<>();
        attributes
                .asMap()
                .forEach((name, value) -> items.add(TextNames.of(name) + "=" + print(value)));
        return items;
    }

    private static <T> String list(List<T> items, java.util.function.Function<T, String> print) {
        return items.stream().map(print).collect(Collectors.joining(", ", "(", ")"));
    }

    private String value(Value value) {
        return TextNames.of(value.name()) + value.type().map(type -> ": " + type(type)).orElse("");
    }

    private static String type(TensorType type) {
        String name = type.dataType().name().toLowerCase(java.util.Locale.ROOT);
        if (!type.shape().isRanked()) {
            return name + "[*]";
        }
        return name
                + type.shape().dims().stream()
                        .map(d -> d instanceof Dim.Symbolic s ? TextNames.of(s.name()) : "" + d)
                        .collect(Collectors.joining(",", "[", "]"));
    }

    private static String line(Initializer initializer) {
        Tensor tensor = initializer.tensor();
        String data = data(tensor);
        return TextNames.of(initializer.name())
                + ": "
                + type(tensor.type())
                + (data.isEmpty() ? "" : " = " + data)
                + "\n";
    }

    /** Empty for big tensors and for types whose elements have no text. */
    private static String data(Tensor tensor) {
        if (tensor.elementCount() > MOST_ELEMENTS) {
            return "";
        }
        List<String> items = TensorText.items(tensor);
        return items == null ? "" : "[" + String.join(", ", items) + "]";
    }

    private String line(Node node) {
        StringBuilder text = new StringBuilder();
        text.append(node.outputs().stream().map(TextNames::of).collect(Collectors.joining(", ")));
        text.append(" = ");
        text.append(operator(node.domain(), node.opType(), node.overload()))
                .append(list(node.inputs(), TextNames::of));
        if (!node.attributes().asMap().isEmpty()) {
            text.append(" {").append(String.join(", ", items(node.attributes()))).append('}');
        }
        if (!node.name().isEmpty()) {
            text.append(" as ").append(TextNames.of(node.name()));
        }
        return text.append('\n').toString();
    }

    private String print(Attribute attribute) {
        if (attribute instanceof Attribute.FloatValue v) {
            return TensorText.print(v.value());
        } else if (attribute instanceof Attribute.IntValue v) {
            return Long.toString(v.value());
        } else if (attribute instanceof Attribute.StringValue v) {
            return TextNames.quoted(v.value());
        } else if (attribute instanceof Attribute.TensorValue v) {
            String data = data(v.value());
            return "tensor(" + type(v.value().type()) + (data.isEmpty() ? ")" : ", " + data + ")");
        } else if (attribute instanceof Attribute.GraphValue v) {
            return graph(v.value(), true);
        } else if (attribute instanceof Attribute.Floats v) {
            return (v.values().isEmpty() ? "floats" : "")
                    + v.values().stream().map(TensorText::print).toList();
        } else if (attribute instanceof Attribute.Ints v) {
            return v.values().toString().replace(" ", "");
        } else if (attribute instanceof Attribute.Strings v) {
            return (v.values().isEmpty() ? "strings" : "")
                    + v.values().stream().map(TextNames::quoted).toList();
        } else if (attribute instanceof Attribute.Reference v) {
            String type = v.type().name().toLowerCase(java.util.Locale.ROOT);
            return "@" + TextNames.of(v.name()) + ":" + type;
        }
        // Shown for readers; the parser refuses it, since the text does not hold its content.
        return "<" + attribute.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT) + ">";
    }
}
