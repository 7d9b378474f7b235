package dev.espalier.core.ir;

import dev.espalier.core.ModelFormatException;
import dev.espalier.core.ir.GraphTextLexer.Kind;
import dev.espalier.core.ir.GraphTextLexer.Token;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads {@link GraphText}. */
final class GraphTextParser extends GraphTextCursor {
    private static final long DEFAULT_OPSET = 17;
    private static final long IR_VERSION = 8;
    private static final int MAX_DEPTH = 20;

    private int depth;

    GraphTextParser(String text) {
        super(GraphTextLexer.tokens(text));
    }

    Model model() {
        Map<String, Long> opsets = opsets();
        opsets.putIfAbsent("", DEFAULT_OPSET);
        Map<Function.Id, Function> functions = new LinkedHashMap<>();
        while (acceptWord("function")) {
            Function function = function(opsets);
            if (functions.put(function.id(), function) != null) {
                throw wrong("function '" + function.id() + "' is given twice");
            }
        }
        int line = peek().line();
        word("graph");
        Graph graph = checked(graph(Kind.END, ""), "graph", line);
        return new Model(IR_VERSION, opsets, graph, functions, Map.of(), Opaque.NONE);
    }

    private static Graph checked(Graph graph, String what, int line) {
        try {
            return new GraphEditor(graph).build();
        } catch (IllegalStateException e) {
            throw new ModelFormatException(what + " at line " + line + ": " + e.getMessage(), e);
        }
    }

    private Map<String, Long> opsets() {
        Map<String, Long> opsets = new LinkedHashMap<>();
        // A value may have this name, too.
        while (isWord("opset") && !followsSymbol()) {
            skip();
            String domain = peek().kind() == Kind.NUMBER ? "" : name();
            opsets.put(domain, integer());
        }
        return opsets;
    }

    /** A function behind its first word. */
    private Function function(Map<String, Long> opsetsOfModel) {
        int line = peek().line();
        String domain = name();
        symbol("::");
        String name = name();
        Function.Id id = new Function.Id(domain, name, overload());
        List<String> attributes = new ArrayList<>();
        Map<String, Attribute> defaults = new LinkedHashMap<>();
        if (accept("{")) {
            while (!accept("}")) {
                if (!attributes.isEmpty() || !defaults.isEmpty()) {
                    symbol(",");
                }
                String attribute = name();
                if (accept("=")) {
                    defaults.put(attribute, attribute());
                } else {
                    attributes.add(attribute);
                }
            }
        }
        List<Value> inputs = values();
        symbol("->");
        List<Value> outputs = values();
        symbol("{");
        Map<String, Long> opsets = opsets();
        Graph body = checked(body(name, inputs, outputs, Kind.SYMBOL, "}"), "function", line);
        if (!body.initializers().isEmpty()) {
            throw wrong("function '" + id + "' has a constant; in functions, Constant makes them");
        }
        return new Function(
                id,
                attributes,
                Attributes.of(defaults),
                opsets.isEmpty() ? opsetsOfModel : opsets,
                body,
                Opaque.NONE);
    }

    private String overload() {
        return accept(":") ? name() : "";
    }

    /** A graph behind its first word, up to a token that is taken too. */
    private Graph graph(Kind endKind, String end) {
        if (++depth > MAX_DEPTH) {
            throw error("sub-graphs are nested deeper than " + MAX_DEPTH);
        }
        String name = peek().is("(") ? "" : name();
        List<Value> inputs = values();
        symbol("->");
        List<Value> outputs = values();
        if (endKind == Kind.SYMBOL) {
            symbol("{");
        }
        Graph graph = body(name, inputs, outputs, endKind, end);
        depth--;
        return graph;
    }

    /** The statements of a graph and the token at its end. */
    private Graph body(
            String name, List<Value> inputs, List<Value> outputs, Kind endKind, String end) {
        List<Initializer> initializers = new ArrayList<>();
        List<Node> nodes = new ArrayList<>();
        while (peek().kind() != endKind || !peek().text().equals(end)) {
            statement(initializers, nodes);
        }
        skip();
        return new Graph(name, inputs, outputs, List.of(), initializers, nodes, Opaque.NONE);
    }

    private List<Value> values() {
        symbol("(");
        List<Value> values = new ArrayList<>();
        while (!accept(")")) {
            if (!values.isEmpty()) {
                symbol(",");
            }
            String name = name();
            values.add(Value.of(name, accept(":") ? type() : null));
        }
        return values;
    }

    private void statement(List<Initializer> initializers, List<Node> nodes) {
        String first = name();
        if (accept(":")) {
            TensorType type = type();
            if (initializers.stream().anyMatch(known -> known.name().equals(first))) {
                throw wrong("constant '" + first + "' is given twice");
            }
            initializers.add(Initializer.of(first, data(type, accept("="))));
            return;
        }
        List<String> outputs = new ArrayList<>(List.of(first));
        while (accept(",")) {
            outputs.add(name());
        }
        symbol("=");
        nodes.add(node(outputs));
    }

    private Node node(List<String> outputs) {
        String type = name();
        String domain = "";
        if (accept("::")) {
            domain = type;
            type = name();
        }
        String overload = overload();
        symbol("(");
        List<String> inputs = new ArrayList<>();
        while (!accept(")")) {
            if (!inputs.isEmpty()) {
                symbol(",");
            }
            inputs.add(name());
        }
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        int line = last().line();
        if (accept("{")) {
            while (!accept("}")) {
                if (!attributes.isEmpty()) {
                    symbol(",");
                }
                String name = name();
                symbol("=");
                attributes.put(name, attribute());
            }
            line = last().line();
        }
        String name = "";
        // On the next line "as" is a value.
        if (isWord("as") && peek().line() == line) {
            skip();
            name = name();
        }
        return new Node(
                name,
                domain,
                type,
                overload,
                inputs,
                outputs,
                Attributes.of(attributes),
                Opaque.NONE);
    }

    private Attribute attribute() {
        Token token = peek();
        if (token.kind() == Kind.STRING) {
            skip();
            return new Attribute.StringValue(token.text());
        }
        if (token.is("[")) {
            return list();
        }
        if (accept("@")) {
            return reference();
        }
        if (token.kind() == Kind.NAME) {
            switch (token.text()) {
                case "graph" -> {
                    skip();
                    return new Attribute.GraphValue(graph(Kind.SYMBOL, "}"));
                }
                case "tensor" -> {
                    skip();
                    symbol("(");
                    TensorType type = type();
                    Tensor tensor = data(type, accept(","));
                    symbol(")");
                    return new Attribute.TensorValue(tensor);
                }
                case "floats", "strings" -> {
                    skip();
                    symbol("[");
                    symbol("]");
                    return token.text().equals("floats")
                            ? new Attribute.Floats(List.of())
                            : new Attribute.Strings(List.of());
                }
                default -> {
                    // nan and inf are numbers
                }
            }
        }
        String number = number();
        return isInteger(number)
                ? new Attribute.IntValue(toLong(number))
                : new Attribute.FloatValue((float) toDouble(number));
    }

    private Attribute reference() {
        String name = name();
        symbol(":");
        String type = name();
        try {
            return new Attribute.Reference(
                    name, Attribute.Type.valueOf(type.toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw wrong("'" + type + "' is no type of attributes; expected one such as float");
        }
    }

    private Attribute list() {
        symbol("[");
        List<String> items = new ArrayList<>();
        boolean strings = peek().kind() == Kind.STRING;
        while (!accept("]")) {
            if (!items.isEmpty()) {
                symbol(",");
            }
            items.add(strings ? name() : number());
        }
        if (strings) {
            return new Attribute.Strings(items);
        }
        return items.stream().allMatch(GraphTextParser::isInteger)
                ? new Attribute.Ints(items.stream().map(this::toLong).toList())
                : new Attribute.Floats(items.stream().map(i -> (float) toDouble(i)).toList());
    }

    private TensorType type() {
        String word = name();
        DataType dataType;
        try {
            dataType = DataType.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw error("'" + word + "' is no element type; expected one such as float or int64");
        }
        if (!accept("[")) {
            return new TensorType(dataType, Shape.SCALAR);
        }
        if (accept("*")) {
            symbol("]");
            return new TensorType(dataType, Shape.UNRANKED);
        }
        List<Dim> dims = new ArrayList<>();
        while (!accept("]")) {
            if (!dims.isEmpty()) {
                symbol(",");
            }
            if (accept("?")) {
                dims.add(Dim.UNKNOWN);
            } else if (peek().kind() == Kind.NUMBER) {
                long size = integer();
                if (size < 0) {
                    throw error("a dimension cannot be " + size);
                }
                dims.add(Dim.of(size));
            } else {
                dims.add(new Dim.Symbolic(name()));
            }
        }
        return new TensorType(dataType, Shape.of(dims));
    }

    /** The elements of a constant, where {@code given}; zeros else. */
    private Tensor data(TensorType type, boolean given) {
        if (!type.shape().isFixed()) {
            throw wrong("a constant needs fixed sizes, found " + type.shape());
        }
        try {
            if (!given) {
                return TensorText.fill(type, "0");
            }
            if (acceptWord("seed")) {
                symbol("(");
                long seed = integer();
                symbol(")");
                return TensorText.random(type, seed);
            }
            if (acceptWord("fill")) {
                symbol("(");
                String value = item();
                symbol(")");
                return TensorText.fill(type, value);
            }
            List<String> items = new ArrayList<>();
            if (!accept("[")) {
                items.add(item());
            } else {
                while (!accept("]")) {
                    if (!items.isEmpty()) {
                        symbol(",");
                    }
                    items.add(item());
                }
            }
            return TensorText.of(type, items);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw wrong(e.getMessage());
        }
    }
}
