package dev.espalier.quantize.encoder;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.runtime.OptimizedGraph;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What tests ask about a model before and after. */
public final class Comparison {
    private Comparison() {}

    /** First outputs of both models on all test samples of {@code context}. */
    private static float[][] outputs(Model before, Model after, PassContext context) {
        int[] all = IntStream.range(0, context.data().test().size()).toArray();
        Map<String, Tensor> inputs = context.data().test().batch(all).inputs();
        String output = before.graph().outputs().get(0).name();
        try (var first = context.runner().open(before);
                var second = context.runner().open(after)) {
            return new float[][] {
                first.run(inputs).get(output).toFloats(), second.run(inputs).get(output).toFloats()
            };
        }
    }

    /** Of the first output, over all samples. */
    public static double cosine(Model before, Model after, PassContext context) {
        float[][] y = outputs(before, after, context);
        double product = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < y[0].length; i++) {
            product += (double) y[0][i] * y[1][i];
            first += (double) y[0][i] * y[0][i];
            second += (double) y[1][i] * y[1][i];
        }
        return product / Math.sqrt(first * second);
    }

    /** {@code |y - y'| / |y|} of the first output, over all samples. */
    public static double error(Model before, Model after, PassContext context) {
        float[][] y = outputs(before, after, context);
        double signal = 0;
        double noise = 0;
        for (int i = 0; i < y[0].length; i++) {
            signal += (double) y[0][i] * y[0][i];
            noise += ((double) y[0][i] - y[1][i]) * ((double) y[0][i] - y[1][i]);
        }
        return Math.sqrt(noise / signal);
    }

    /** How often each operator stands in the graph that the runtime makes of a model. */
    public static Map<String, Long> optimized(Model model) {
        return operators(OptimizedGraph.of(model));
    }

    /** How often each operator stands in a model. */
    public static Map<String, Long> operators(Model model) {
        return model.graph().nodes().stream()
                .collect(
                        Collectors.groupingBy(
                                Comparison::operator, TreeMap::new, Collectors.counting()));
    }

    private static String operator(Node node) {
        return node.isStandard() ? node.opType() : node.domain() + "." + node.opType();
    }
}
