package dev.espalier.core.ir;

/**
 * Models as text, for tests, dumps and messages.
 *
 * <pre>
 *   opset 13
 *   graph (x: float[N,3,8,8]) -> (y)
 *   w1: float[4,3,3,3] = seed(1)
 *   b1: float[4] = [0.5, 1, -2, 0]
 *   h = Conv(x, w1, b1) {pads=[1,1,1,1], group=1} as conv1
 *   y = Relu(h)    # a comment
 * </pre>
 *
 * <p>A constant is given by its elements ({@code [1, 2]}, row-major, or one number for a scalar),
 * by one element for all ({@code fill(0.5)}), by {@code seed(n)} (see {@link #parse}), or not at
 * all, which means zeros. Open dimensions are names or {@code ?}, an unknown rank is {@code [*]}.
 * Operators of other domains are written {@code com.microsoft::Gelu(x)}, omitted inputs {@code
 * Clip(x, "", max)}, names with other characters than letters, digits, {@code _ . /} in quotes,
 * constants in attributes {@code value=tensor(int64[2], [1, 2])}, sub-graphs {@code
 * then_branch=graph () -> (a) { a = Neg(x) }}.
 *
 * <p>Functions stand before the graph, with their attributes, those with a default as {@code
 * name=value}; where one names no operator sets, its body is written in those of the model. A call
 * is {@code my::scaled(x) {by=2.0}}, or {@code my::scaled:overload(x)}.
 *
 * <pre>
 *   function my::scaled {by, slope=0.1} (a) -> (c) {
 *     opset 17
 *     b = Constant() {value_float=@by:float}
 *     ab = Mul(a, b)
 *     c = LeakyRelu(ab) {alpha=@slope:float}
 *   }
 * </pre>
 *
 * <p>Types of intermediate values, metadata and what the file says beyond the model are not part of
 * the text.
 */
public final class GraphText {
    private GraphText() {}

    /**
     * The model that {@code text} describes, of operator set 17 where it names none. Floating data
     * of {@code seed(n)} is normally distributed with variance 2 / (product of all sizes but the
     * first) for ranks from 2 on, and uniform between 0.5 and 1.5 below, so that it also serves as
     * a variance; integers are uniform from 0 to 9. Equal seeds and shapes give equal data.
     *
     * @throws dev.espalier.core.ModelFormatException where it is no such text, with the line
     */
    public static Model parse(String text) {
        return new GraphTextParser(text).model();
    }

    /** The text of {@code model}; constants of more than 16 elements appear by type only. */
    public static String print(Model model) {
        StringBuilder text = new StringBuilder();
        model.opsets().forEach((domain, v) -> text.append(GraphTextPrinter.opset(domain, v)));
        model.functions()
                .values()
                .forEach(function -> text.append(new GraphTextPrinter().function(function)));
        return text.append(print(model.graph())).toString();
    }

    /** The text of one graph. */
    public static String print(Graph graph) {
        return new GraphTextPrinter().graph(graph, false);
    }
}
