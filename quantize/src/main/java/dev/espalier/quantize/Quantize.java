package dev.espalier.quantize;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Static quantization to 8-bit integers in ONNX's QDQ format.
 *
 * <pre>
 *   x -> Conv -> Relu -> y
 *   x -> Q -> DQ -> Conv(DQ(s8 weight), DQ(s32 bias)) -> Q -> DQ -> y
 * </pre>
 *
 * <p>Activations are unsigned bytes with ranges found on calibration samples, weights symmetric
 * signed bytes, a bias 32-bit in steps of input scale times weight scale. ONNX Runtime turns each
 * Conv between its Q and DQ nodes into one QLinearConv, and so on; {@code Planner} says which
 * operators take part and why the Relu is gone. Batch normalization is folded into convolutions
 * first, a model of an older operator set is brought to 13, the first with a scale for each
 * channel.
 *
 * <p>Conv, Gemm and MatMul that cannot be quantized stay float and are named with the reason.
 * Accuracy depends on the machine in one respect: x86 CPUs without VNNI instructions add pairs of
 * products in 16 bits and saturate; ONNX Runtime's session option {@code session.x64quantprecision}
 * avoids that there.
 *
 * <p>See Jacob et al., Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference, 2018.
 */
@PassInfo(
        id = "quantize",
        summary = "Computes in 8-bit integers: a quarter of the size, several times the speed.",
        paper = "https://arxiv.org/abs/1712.05877")
public record Quantize(
        @Option(value = "int8", help = "Number format: int8.") Scheme scheme,
        @Option(value = "percentile", help = "How activation ranges are chosen.")
                Calibration calibration,
        @Option(
                        value = "99.999",
                        min = 90,
                        max = 100,
                        help =
                                "Percent of values kept below the upper end of a range, and as many"
                                        + " above its lower end; with calibration: percentile.")
                double percentile,
        @Option(value = "true", help = "Whether each output channel of a weight has its own scale.")
                boolean perChannel,
        @Option(value = "[]", help = "Names of nodes to leave in float.") List<String> exclude)
        implements Pass {
    public Quantize {
        exclude = List.copyOf(exclude);
    }

    /** This pass, leaving further nodes float. */
    public Quantize excluding(List<String> names) {
        List<String> all = new ArrayList<>(exclude);
        names.stream().filter(name -> !all.contains(name)).forEach(all::add);
        return new Quantize(scheme, calibration, percentile, perChannel, all);
    }

    @Override
    public Model apply(Model model, PassContext context) {
        Job job = prepare(model, context);
        if (job == null) {
            return model;
        }
        Map<String, Histogram> seen =
                new Calibrator(job.model, job.placement.watched()).run(context);
        Map<String, Range> ranges = new HashMap<>();
        seen.forEach((group, histogram) -> ranges.put(group, range(histogram)));
        Model quantized = write(job, ranges);
        context.runner().open(quantized).close();
        context.note("the quantized model loads in the runtime");
        return quantized;
    }

    private Range range(Histogram histogram) {
        return switch (calibration) {
            case MIN_MAX -> histogram.minMax();
            case PERCENTILE -> histogram.percentile(percentile / 100);
        };
    }

    /** The same nodes with made-up ranges of 0 to 1. */
    @Override
    public Model preview(Model model, PassContext context) {
        Job job = prepare(model, context);
        return job == null ? model : write(job, Map.of());
    }

    @Override
    public boolean needsData() {
        return true;
    }

    private record Job(Model model, Placement placement) {}

    /** Null where nothing can be quantized. */
    private Job prepare(Model model, PassContext context) {
        Model prepared = Preparation.prepare(model, Set.copyOf(exclude), context);
        Graph graph = prepared.graph();
        Set<Node> excluded = excluded(graph);
        ShapeInference inference = ShapeInference.of(prepared);
        Map<Node, WeightedLayer> layers = new LinkedHashMap<>();
        int weighted = 0;
        for (Node node : graph.nodes()) {
            if (!WeightedLayer.isWeighted(node)) {
                continue;
            }
            weighted++;
            WeightedLayer.Finding finding =
                    excluded.contains(node)
                            ? WeightedLayer.Finding.refused("it is listed under 'exclude'")
                            : WeightedLayer.of(node, graph, inference);
            finding.layer().ifPresent(layer -> layers.put(node, layer));
            if (finding.layer().isEmpty()) {
                context.skipped(node.label(), "stays float: " + finding.refusal());
            }
        }
        if (layers.isEmpty()) {
            context.note("nothing to quantize: no Conv, Gemm or MatMul with constant weights");
            return null;
        }
        Placement placement = Planner.plan(graph, inference, layers, excluded);
        context.note(
                "%d of %d weighted layers in 8-bit integers".formatted(layers.size(), weighted));
        noteOthers(graph, placement, context);
        return new Job(prepared, placement);
    }

    private Set<Node> excluded(Graph graph) {
        Set<String> left = new HashSet<>(exclude);
        Set<Node> nodes = new HashSet<>();
        for (Node node : graph.nodes()) {
            if (exclude.contains(node.name()) && !node.name().isEmpty()) {
                nodes.add(node);
                left.remove(node.name());
            }
        }
        if (!left.isEmpty()) {
            throw new InvalidOptionException(
                    "quantize.exclude names "
                            + left.stream().sorted().toList()
                            + ", but the model has no such node; 'inspect' lists the names");
        }
        return nodes;
    }

    private static void noteOthers(Graph graph, Placement placement, PassContext context) {
        String others =
                graph.nodes().stream()
                        .filter(node -> placement.kernel(node).isEmpty())
                        .filter(
                                node ->
                                        !placement.isAbsorbed(node)
                                                && !WeightedLayer.isWeighted(node))
                        .filter(node -> !placement.measures(node))
                        .filter(node -> node.inputs().stream().anyMatch(placement::isBytes))
                        .collect(
                                Collectors.groupingBy(
                                        Node::opType, TreeMap::new, Collectors.counting()))
                        .entrySet()
                        .stream()
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", "));
        if (!others.isEmpty()) {
            context.note("float between or after integer layers: " + others);
        }
    }

    private Model write(Job job, Map<String, Range> ranges) {
        Map<String, Grid> grids = new HashMap<>();
        for (String value : job.placement.bytes()) {
            String group = job.placement.grouping().of(value);
            Range range = ranges.getOrDefault(group, new Range(0, 1));
            grids.put(group, Grid.over(job.placement.grouping().limit(group).applyTo(range)));
        }
        return new QdqWriter(job.model, job.placement, grids, perChannel).write();
    }
}
