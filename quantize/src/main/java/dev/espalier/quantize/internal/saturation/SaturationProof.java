package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Says of every layer of a model that multiplies bytes whether one of its sums can saturate on an
 * x86 CPU without VNNI instructions, for whatever input: the weights alone decide that.
 *
 * <pre>
 *   w0 and w1, multiplied side by side, cannot saturate where
 *   max(w0, 0) + max(w1, 0) &lt;= 128   and   max(-w0, 0) + max(-w1, 0) &lt;= 128
 * </pre>
 *
 * <p>Weights that are computed from constants, those of folded pixels for instance, are looked at
 * as the runtime sees them.
 *
 * @param verdicts of all layers, in the graph's order
 */
public record SaturationProof(List<Verdict> verdicts) {
    private static final int NAMED = 3;

    /**
     * Of one layer.
     *
     * @param layer as messages name it
     * @param channels output channels, 0 where sums are exact anyway or weights unknown
     * @param saturable how many of them have a pair of weights that can saturate
     * @param unproved why nothing can be said; empty where something can
     */
    public record Verdict(String layer, int channels, int saturable, String unproved) {
        /** Whether no sum can saturate. */
        public boolean isProved() {
            return saturable == 0 && unproved.isEmpty();
        }
    }

    public SaturationProof {
        verdicts = List.copyOf(verdicts);
    }

    /**
     * Looks at all layers of {@code model}.
     *
     * @param runner computes weights that depend on constants alone
     */
    public static SaturationProof of(Model model, ModelRunner runner) {
        // Most models have no such layer, and should not wait for what only these need.
        ConstantValues constants = null;
        List<Verdict> verdicts = new ArrayList<>();
        for (Node node : model.graph().nodes()) {
            if (MultipliedWeights.isIntegerLayer(node, model.graph())) {
                constants = constants == null ? new ConstantValues(model, runner) : constants;
                verdicts.add(verdict(node, model.graph(), constants));
            }
            inside(node, verdicts);
        }
        return new SaturationProof(verdicts);
    }

    private static Verdict verdict(Node node, Graph graph, ConstantValues constants) {
        MultipliedWeights.Finding finding = MultipliedWeights.of(node, graph, constants);
        int channels = 0;
        int saturable = 0;
        for (MultipliedWeights weights : finding.weights()) {
            channels += weights.channels();
            saturable += weights.saturableChannels();
        }
        return new Verdict(node.label(), channels, saturable, finding.unseen());
    }

    /** Layers in the branch of an If or the body of a Loop are not looked into. */
    private static void inside(Node around, List<Verdict> verdicts) {
        for (Graph graph : around.attributes().graphs()) {
            for (Node node : graph.nodes()) {
                if (MultipliedWeights.isIntegerLayer(node, graph)) {
                    String why = "it is inside of " + around.label();
                    verdicts.add(new Verdict(node.label(), 0, 0, why));
                }
                inside(node, verdicts);
            }
        }
    }

    /** Whether the model has layers that multiply bytes. */
    public boolean hasLayers() {
        return !verdicts.isEmpty();
    }

    /** Whether no sum of any layer can saturate. */
    public boolean isComplete() {
        return verdicts.stream().allMatch(Verdict::isProved);
    }

    /** The layers of which a sum can saturate. */
    public List<Verdict> saturable() {
        return verdicts.stream().filter(verdict -> verdict.saturable() > 0).toList();
    }

    /** The layers of which nothing can be said. */
    public List<Verdict> unproved() {
        return verdicts.stream().filter(verdict -> !verdict.unproved().isEmpty()).toList();
    }

    /** What was found, in a sentence or two. */
    @Override
    public String toString() {
        if (!hasLayers()) {
            return "no layer multiplies 8-bit integers: nothing can saturate";
        }
        int count = verdicts.size();
        if (isComplete()) {
            return "proved for all %s integer layers: no sum can saturate on any CPU"
                    .formatted(count);
        }
        List<String> found = new ArrayList<>();
        if (!saturable().isEmpty()) {
            found.add(
                    "sums of %s of %s integer layers can saturate on x86 CPUs without VNNI"
                                    .formatted(saturable().size(), count)
                            + " instructions: "
                            + names(saturable()));
        }
        if (!unproved().isEmpty()) {
            found.add(
                    "of %s of %s integer layers it is not known: "
                                    .formatted(unproved().size(), count)
                            + unproved().stream()
                                    .limit(NAMED)
                                    .map(v -> v.layer() + " (" + v.unproved() + ")")
                                    .collect(Collectors.joining(", "))
                            + more(unproved()));
        }
        return String.join("; ", found);
    }

    private static String names(List<Verdict> verdicts) {
        return verdicts.stream()
                        .limit(NAMED)
                        .map(
                                v ->
                                        "%s (%s of %s channels)"
                                                .formatted(v.layer(), v.saturable(), v.channels()))
                        .collect(Collectors.joining(", "))
                + more(verdicts);
    }

    private static String more(List<Verdict> verdicts) {
        return verdicts.size() > NAMED ? " and %s more".formatted(verdicts.size() - NAMED) : "";
    }
}
