package dev.espalier.quantize;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Remedy;
import dev.espalier.core.pass.Remedy.Situation;
import dev.espalier.core.pass.Remedy.Variant;
import dev.espalier.core.pass.Withers;
import dev.espalier.quantize.internal.effect.Diagnosis;
import dev.espalier.quantize.internal.linear.LinearLayer;
import dev.espalier.quantize.internal.linear.LinearLayers;
import dev.espalier.quantize.internal.weights.BlockWeight;
import dev.espalier.quantize.internal.weights.BlockWriter;
import dev.espalier.quantize.internal.weights.Embedding;
import dev.espalier.quantize.internal.weights.GptqRun;
import dev.espalier.quantize.internal.weights.NearestRounding;
import dev.espalier.quantize.option.Blocks;
import dev.espalier.quantize.option.RoundingSettings;
import dev.espalier.quantize.option.WeightType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Weight-only quantization of MatMul and Gemm to 4 or 8 bits, block by block along the input
 * features, as ONNX Runtime's MatMulNBits reads it; activations stay float.
 *
 * <p>A block of B weights of one output column has a scale s and a zero point z: {@code w' = (q -
 * z) s}. With 4 bits, blocks of 32 and float32 scales a weight takes 5 bits of its 32, or 5.1 with
 * zero points.
 *
 * <p>{@code rounding: gptq} needs calibration samples; where a layer's outputs come no nearer by it
 * than by rounding to nearest, the latter is kept. All layers see the inputs that the float model
 * gives them.
 *
 * <p>With {@code blocks: {embeddings: true}} tables [V, K] of which rows are gathered are kept in
 * blocks, too, as GatherBlockQuantized reads them; each of their weights is rounded to nearest.
 *
 * <p>The runtime multiplies at {@code accuracy-level} 4 in 8-bit integers, activations rounded
 * block by block, and at 0 and 1 in float32, which is slower. It pays for few rows, such as single
 * tokens or small batches; for many rows {@code quantize-dynamic} is faster, and 4 bits then only
 * save bytes.
 *
 * <p>See Frantar et al., GPTQ: Accurate Post-Training Quantization for Generative Pre-trained
 * Transformers, 2022.
 */
@PassInfo(
        id = "quantize-weights",
        summary =
                "Keeps weights of MatMul and Gemm in blocks of 4 or 8 bits; activations stay float.",
        paper = "https://arxiv.org/abs/2210.17323")
@Withers
public record QuantizeWeights(
        @Option(value = "int4", help = "Bits of a weight.") WeightType type,
        @Option(help = "Which weights share a scale.") Blocks blocks,
        @Option(help = "How weights get their codes.") RoundingSettings rounding,
        @Option(
                        value = "4",
                        min = 0,
                        max = 4,
                        help = "The runtime's: 4 multiplies in 8-bit integers, 0 and 1 in float32.")
                int accuracyLevel,
        @Option(value = "[]", help = "Names of nodes to leave in float.") List<String> exclude)
        implements Pass, QuantizeWeightsBuilder.With {
    private static final String ID = "quantize-weights";

    public QuantizeWeights {
        exclude = List.copyOf(exclude);
    }

    @Override
    public Model apply(Model model, PassContext context) {
        return Diagnosis.notedByLayer(model, quantized(model, context), context);
    }

    private Model quantized(Model model, PassContext context) {
        List<LinearLayer> layers = LinearLayers.of(model, exclude, ID, context);
        Map<String, BlockWeight> weights =
                needsData()
                        ? new GptqRun(type, blocks, rounding).run(model, layers, context)
                        : nearest(layers);
        return write(model, layers, weights, context);
    }

    @Override
    public List<Remedy> remedies() {
        return List.of(
                new Remedy("rounding", QuantizeWeights::roundings),
                FloatRemedy.of(
                        (last, names, given, context) ->
                                ((QuantizeWeights) last).excluding(names).quantized(given, context),
                        (last, names) -> ((QuantizeWeights) last).excluding(names)));
    }

    private static List<Variant> roundings(Situation situation, PassContext context) {
        QuantizeWeights last = (QuantizeWeights) situation.last();
        RoundingSettings gptq = last.rounding().withMethod(RoundingSettings.Method.GPTQ);
        return last.needsData()
                ? List.of()
                : List.of(
                        new Variant("rounding: gptq", situation.withLast(last.withRounding(gptq))));
    }

    private QuantizeWeights excluding(List<String> names) {
        return withExclude(Stream.concat(exclude.stream(), names.stream()).distinct().toList());
    }

    @Override
    public Model preview(Model model, PassContext context) {
        List<LinearLayer> layers = LinearLayers.of(model, exclude, ID, context);
        return write(model, layers, nearest(layers), context);
    }

    @Override
    public boolean needsData() {
        return rounding.method() == RoundingSettings.Method.GPTQ;
    }

    private Map<String, BlockWeight> nearest(List<LinearLayer> layers) {
        Map<String, BlockWeight> weights = new HashMap<>();
        for (LinearLayer layer : layers) {
            weights.computeIfAbsent(
                    layer.weightKey(),
                    key -> NearestRounding.of(layer.columns(), layer.k(), layer.n(), type, blocks));
        }
        return weights;
    }

    private Map<Embedding, BlockWeight> tables(Model model, PassContext context) {
        Map<Embedding, BlockWeight> tables = new LinkedHashMap<>();
        if (blocks.embeddings()) {
            for (Embedding embedding : Embedding.of(model, type, blocks, exclude, context)) {
                tables.put(
                        embedding,
                        NearestRounding.of(
                                embedding.table().toFloats(),
                                embedding.k(),
                                embedding.v(),
                                type,
                                blocks));
            }
        }
        return tables;
    }

    private Model write(
            Model model,
            List<LinearLayer> layers,
            Map<String, BlockWeight> weights,
            PassContext context) {
        Map<Embedding, BlockWeight> tables = tables(model, context);
        if (layers.isEmpty() && tables.isEmpty()) {
            context.note(LinearLayers.NOTHING);
            return model;
        }
        BlockWriter writer = new BlockWriter(model, type, blocks.symmetric(), accuracyLevel);
        Model changed = writer.write(layers, weights, tables);
        context.note(
                String.format(
                        Locale.ROOT,
                        "weights of %s MatMul and Gemm%s in %s bits, blocks of %s: %.1f %% of their float bytes",
                        layers.size(),
                        blocks.embeddings() ? " and %s embeddings".formatted(tables.size()) : "",
                        type.bits(),
                        blocks.size(),
                        100 * writer.share()));
        return changed;
    }
}
