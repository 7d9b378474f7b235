package dev.espalier.quantize.internal.effect;

import dev.espalier.core.data.ModelRunner.Session;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.ComparedExamples;
import dev.espalier.core.pass.PassContext;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How far the values reach that an Add or Mul combines, and what it makes of them.
 *
 * @param first greatest absolute value
 * @param second greatest absolute value
 * @param result greatest absolute value
 */
record Reach(double first, double second, double result) {
    /** What the smaller has to have of 256 levels at least, and the greater over it at most. */
    private static final double FAR = 16;

    private static final int EXAMPLES = 8;

    static Reach of(Node node, Model model, ComparedExamples examples, PassContext context) {
        Graph graph = model.graph();
        double[] reach = new double[3];
        String[] names = {node.input(0), node.input(1), node.output(0)};
        for (int i = 0; i < reach.length; i++) {
            reach[i] = graph.constant(names[i]).map(Reach::of).orElse(0.0);
        }
        try (Session session =
                context.runner()
                        .open(
                                model,
                                Stream.of(names)
                                        .filter(name -> graph.producer(name).isPresent())
                                        .distinct()
                                        .toList())) {
            for (int[] batch : examples.first(model, EXAMPLES).batches()) {
                Map<String, Tensor> inputs = examples.inputs(batch);
                Map<String, Tensor> found = session.run(inputs);
                for (int i = 0; i < reach.length; i++) {
                    Tensor values = found.getOrDefault(names[i], inputs.get(names[i]));
                    reach[i] = values == null ? reach[i] : Math.max(reach[i], of(values));
                }
            }
        }
        return new Reach(reach[0], reach[1], reach[2]);
    }

    private static double of(Tensor values) {
        double reach = 0;
        for (float value : values.toFloats()) {
            reach = Float.isFinite(value) ? Math.max(reach, Math.abs(value)) : reach;
        }
        return reach;
    }

    /** Whether one of them has less than 16 of the 256 levels of another. */
    boolean isFar() {
        double least = Math.min(first, second);
        double most = Math.max(Math.max(first, second), result);
        // Summands that cancel out leave a result that is small beside them.
        least = result > 0 ? Math.min(least, result) : least;
        return least > 0 && most > FAR * least;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.3g and %.3g", first, second);
    }
}
