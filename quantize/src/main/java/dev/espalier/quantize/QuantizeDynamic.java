package dev.espalier.quantize;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.FormerOption;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Remedy;
import dev.espalier.core.pass.Withers;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.Precision;
import dev.espalier.quantize.internal.dynamic.DynamicWriter;
import dev.espalier.quantize.internal.effect.Diagnosis;
import dev.espalier.quantize.internal.linear.LinearLayer;
import dev.espalier.quantize.internal.linear.LinearLayers;
import dev.espalier.quantize.internal.saturation.WrittenSums;
import dev.espalier.quantize.option.Target;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Dynamic quantization to 8-bit integers of MatMul and Gemm with constant weights.
 *
 * <pre>
 *   x -> MatMul(W) -> Add(b) -> y
 *   x -> DynamicQuantizeLinear -> MatMulInteger(s8 W) -> Cast -> Mul(scales) -> Add(b) -> y
 * </pre>
 *
 * <p>Activations are unsigned bytes whose range is taken from the very tensor that is multiplied,
 * so that no calibration is needed and no range is ever wrong; weights are symmetric signed bytes,
 * {@code w = q s} with {@code s = max|w| / g}, g up to 127, of each output column or of the whole
 * matrix. ONNX Runtime makes one DynamicQuantizeMatMul of the five nodes, or one
 * MatMulIntegerToFloat for each of several layers that read the same bytes, such as an attention's
 * query, key and value.
 *
 * <p>Products of two activations, as in attention, stay float, and so does every Conv: the runtime
 * is slower on dynamically quantized convolutions than on float ones; {@code quantize} is for
 * those. x86 CPUs without VNNI instructions add pairs of products in 16 bits and saturate; with
 * {@code target: any}, each column's weights are only as great as lets no pair do that.
 *
 * <p>See Zafrir et al., Q8BERT: Quantized 8Bit BERT, 2019, and Jacob et al. 2018.
 */
@PassInfo(
        id = "quantize-dynamic",
        summary =
                "Multiplies by 8-bit weights, activations quantized as they come; no data needed.",
        paper = "https://arxiv.org/abs/1910.06188")
@FormerOption(
        key = "reduce-range",
        instead =
                "'target: any', which is the default, takes the place of true, and 'target: vnni'"
                        + " that of false")
@Withers
public record QuantizeDynamic(
        @Option(value = "true", help = "Whether each output column of a weight has its own scale.")
                boolean perChannel,
        @Option(
                        value = "any",
                        help =
                                "CPUs on which sums are right: any (weights as great as can be"
                                        + " without saturating anywhere), vnni (up to 127), or"
                                        + " host (what this machine allows).")
                Target target,
        @Option(value = "[]", help = "Names of nodes to leave in float.") List<String> exclude)
        implements Pass, QuantizeDynamicBuilder.With {
    private static final String ID = "quantize-dynamic";

    /** The first operator set with DynamicQuantizeLinear. */
    private static final long LEAST_OPSET = 11;

    public QuantizeDynamic {
        exclude = List.copyOf(exclude);
    }

    @Override
    public Model apply(Model model, PassContext context) {
        Optional<DynamicWriter> writer = writer(model, context);
        if (writer.isEmpty()) {
            return model;
        }
        Model written = writer.get().written();
        String weights = writer.get().greatest().toString();
        WrittenSums.note(model, written, target, weights, context);
        return Diagnosis.notedByLayer(model, written, context);
    }

    @Override
    public Model preview(Model model, PassContext context) {
        return writer(model, context).map(DynamicWriter::written).orElse(model);
    }

    /** Layers in float: the rest of this has no choice to make. */
    @Override
    public List<Remedy> remedies() {
        return List.of(
                FloatRemedy.of(
                        (last, names, given, context) ->
                                ((QuantizeDynamic) last).excluding(names).preview(given, context),
                        (last, names) -> ((QuantizeDynamic) last).excluding(names)));
    }

    private QuantizeDynamic excluding(List<String> names) {
        return withExclude(Stream.concat(exclude.stream(), names.stream()).distinct().toList());
    }

    /** What has written the model; empty where there is nothing to quantize. */
    private Optional<DynamicWriter> writer(Model model, PassContext context) {
        if (model.opset() < LEAST_OPSET) {
            throw new UnsupportedModelException(
                    "%s needs a model of operator set %s or newer, this one has %s; export it again"
                            .formatted(ID, LEAST_OPSET, model.opset()));
        }
        List<LinearLayer> layers = LinearLayers.of(model, exclude, ID, context);
        if (layers.isEmpty()) {
            context.note(LinearLayers.NOTHING);
            return Optional.empty();
        }
        context.note(
                "%s MatMul and Gemm in 8-bit integers with dynamic ranges"
                        .formatted(layers.size()));
        return Optional.of(
                new DynamicWriter(model, layers, perChannel, target.isExact(context.runner())));
    }

    /** Convolutions stay float. */
    @Override
    public Optional<Precision> computes(LayerKind kind) {
        return kind == LayerKind.PRODUCT ? Optional.of(Precision.INT8) : Optional.empty();
    }
}
