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
final class GraphTextParser {
    private static final long DEFAULT_OPSET = 17;
    private static final long IR_VERSION = 8;
    private static final int MAX_DEPTH = 20;

    private final List<Token> tokens;
    private int at;
    private int depth;

    GraphTextParser(String text) {
        this.tokens = GraphTextLexer.tokens(text);
    }

    Model model() {
        Map<String, Long> opsets = new LinkedHashMap<>();
        while (peek().kind() == Kind.NAME && peek().text().equals("opset")) {
            at++;
            String domain = peek().kind() == Kind.NUMBER ? "" : name();
            opsets.put(domain, integer());
        }
        opsets.putIfAbsent("", DEFAULT_OPSET);
        int line = peek().line();
        word("graph");
        Graph graph = graph(Kind.END, "");
        try {
            graph = new GraphEditor(graph).build();
        } catch (IllegalStateException e) {
            throw new ModelFormatException("graph at line " + line + ": " + e.getMessage(), e);
        }
        return new Model(IR_VERSION, opsets, graph, Map.of(), Opaque.NONE);
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
        List<Initializer> initializers = new ArrayList<>();
        List<Node> nodes = new ArrayList<>();
        while (peek().kind() != endKind || !peek().text().equals(end)) {
            statement(initializers, nodes);
        }
        at++;
        depth--;
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
        symbol("(");
        List<String> inputs = new ArrayList<>();
        while (!accept(")")) {
            if (!inputs.isEmpty()) {
                symbol(",");
            }
            inputs.add(name());
        }
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        int line = tokens.get(at - 1).line();
        if (accept("{")) {
            while (!accept("}")) {
                if (!attributes.isEmpty()) {
                    symbol(",");
                }
                String name = name();
                symbol("=");
                attributes.put(name, attribute());
            }
            line = tokens.get(at - 1).line();
        }
        String name = "";
        // On the next line "as" is a value.
        if (peek().kind() == Kind.NAME && peek().text().equals("as") && peek().line() == line) {
            at++;
            name = name();
        }
        return new Node(
                name, domain, type, inputs, outputs, Attributes.of(attributes), Opaque.NONE);
    }

    private Attribute attribute() {
        Token token = peek();
        if (token.kind() == Kind.STRING) {
            at++;
            return new Attribute.StringValue(token.text());
        }
        if (token.is("[")) {
            return list();
        }
        if (token.kind() == Kind.NAME) {
            switch (token.text()) {
                case "graph" -> {
                    at++;
                    return new Attribute.GraphValue(graph(Kind.SYMBOL, "}"));
                }
                case "tensor" -> {
                    at++;
                    symbol("(");
                    TensorType type = type();
                    Tensor tensor = data(type, accept(","));
                    symbol(")");
                    return new Attribute.TensorValue(tensor);
                }
                case "floats", "strings" -> {
                    at++;
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
            if (peek().kind() == Kind.NAME && peek().text().equals("seed")) {
                at++;
                symbol("(");
                long seed = integer();
                symbol(")");
                return TensorText.random(type, seed);
            }
            if (peek().kind() == Kind.NAME && peek().text().equals("fill")) {
                at++;
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

    private String item() {
        return peek().kind() == Kind.STRING ? name() : number();
    }

    private static boolean isInteger(String number) {
        return number.matches("[+-]?[0-9]+");
    }

    private long toLong(String number) {
        try {
            return Long.parseLong(number);
        } catch (NumberFormatException e) {
            throw error("expected a whole number, found '" + number + "'");
        }
    }

    private double toDouble(String number) {
        try {
            return TensorText.real(number);
        } catch (NumberFormatException e) {
            throw error("expected a number, found '" + number + "'");
        }
    }

    private long integer() {
        return toLong(number());
    }

    private String number() {
        Token token = peek();
        if (token.kind() != Kind.NUMBER && token.kind() != Kind.NAME) {
            throw error("expected a number, found " + token);
        }
        at++;
        return token.text();
    }

    private String name() {
        Token token = peek();
        if (token.kind() != Kind.NAME && token.kind() != Kind.STRING) {
            throw error("expected a name, found " + token);
        }
        at++;
        return token.text();
    }

    private void word(String word) {
        if (peek().kind() != Kind.NAME || !peek().text().equals(word)) {
            throw error("expected '" + word + "', found " + peek());
        }
        at++;
    }

    private void symbol(String symbol) {
        if (!accept(symbol)) {
            throw error("expected '" + symbol + "', found " + peek());
        }
    }

    private boolean accept(String symbol) {
        if (peek().is(symbol)) {
            at++;
            return true;
        }
        return false;
    }

    private Token peek() {
        return tokens.get(at);
    }

    /** An error in what has been read, not in what comes next. */
    private ModelFormatException wrong(String message) {
        return new ModelFormatException("line " + tokens.get(at - 1).line() + ": " + message);
    }

    private ModelFormatException error(String message) {
        return new ModelFormatException("line " + peek().line() + ": " + message);
    }
}
