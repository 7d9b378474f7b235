package dev.espalier.quantize;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.pass.FormerOption;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Remedy;
import dev.espalier.core.pass.Withers;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.Precision;
import dev.espalier.quantize.internal.effect.Diagnosis;
import dev.espalier.quantize.internal.qdq.Written;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.Integers;
import dev.espalier.quantize.option.KeepFloat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Static quantization to 8-bit integers, in ONNX's QDQ format or as integer operators.
 *
 * <pre>
 *   x -> Conv -> Relu -> y
 *   x -> Q -> DQ -> Conv(DQ(s8 weight), DQ(s32 bias)) -> Q -> DQ -> y
 * </pre>
 *
 * <p>Activations are bytes with ranges found on calibration samples, weights symmetric signed
 * bytes, a bias 32-bit in steps of input scale times weight scale. ONNX Runtime turns each Conv
 * between its Q and DQ nodes into one QLinearConv, and so on; {@code Planner} says which operators
 * take part and why the Relu is gone. Batch normalization is folded into convolutions first, a
 * model of an older operator set is brought to 13, the first with a scale for each channel.
 *
 * <p>Weights that {@code round-weights} gave 4 bits keep them; {@code integers: {packed: true}}
 * stores them as INT4, in half of the bytes, and brings the model to operator set 21:
 *
 * <pre>
 *   s4 weight -> Cast -> DQ -> Conv
 * </pre>
 *
 * <p>ONNX Runtime casts once, when it loads the model. The arithmetic is of 8 bits in any case.
 *
 * <p>Conv, Gemm and MatMul that cannot be quantized stay float and are named with the reason; and
 * so are those that are slower in integers on the machine at hand, up to all of them: what is
 * returned is never slower than what came in, as far as that can be measured here.
 *
 * <p>All channels of an activation are on one grid. Where that leaves most channels of a layer's
 * input few levels, a note says so and names the pass that evens them out beforehand.
 *
 * <p>x86 CPUs without VNNI instructions add pairs of products in 16 bits, where they can saturate.
 * With {@code target: any} each output channel's weights are as great as lets no pair do that, so
 * that the file gives the same sums on every CPU; this is proved of the file by its weights. With
 * {@code target: vnni} all reach up to 127, and {@code forecast-saturation} says what accuracy is
 * left elsewhere.
 *
 * <p>See Jacob et al., Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference, 2018.
 */
@PassInfo(
        id = "quantize",
        summary = "Computes in 8-bit integers: a quarter of the size, several times the speed.",
        paper = "https://arxiv.org/abs/1712.05877")
@FormerOption(key = "scheme", instead = "leave it out: there is one number format, 8-bit integers")
@Withers
public record Quantize(
        @Option(
                        value = "percentile",
                        help =
                                "How activation ranges are chosen: min-max, average, percentile,"
                                        + " entropy or mse.")
                Calibration calibration,
        @Option(
                        value = "99.999",
                        min = 90,
                        max = 100,
                        help =
                                "Percent of values kept below the upper end of a range, and as many"
                                        + " above its lower end; with calibration: percentile.")
                double percentile,
        @Option(help = "How the integers are laid out.") Integers integers,
        @Option(help = "What stays float though integers were possible.") KeepFloat keepFloat)
        implements Pass, QuantizeBuilder.With {

    /** This pass, leaving further nodes float. */
    public Quantize excluding(List<String> names) {
        List<String> all = new ArrayList<>(keepFloat.nodes());
        names.stream().filter(name -> !all.contains(name)).forEach(all::add);
        return withKeepFloat(keepFloat.withNodes(all));
    }

    @Override
    public Model apply(Model model, PassContext context) {
        return Diagnosis.notedByLayer(model, quantized(model, context), context);
    }

    /** What {@link #apply} returns, without a measurement of what it did: for those who try. */
    public Model quantized(Model model, PassContext context) {
        Quantization work = Quantization.of(this, model, context);
        if (work.isEmpty()) {
            return nothing(model, work, context);
        }
        Set<Node> kept = keepFloat.farRanges() ? work.farRanges() : work.infinities(Set.of());
        if (kept.containsAll(work.layers().layers().keySet())) {
            return nothing(model, work, context);
        }
        Optional<Written> written =
                keepFloat.slower()
                        ? new LatencyGate(work, keepFloat.seconds()).keepFast(model, kept)
                        : Optional.of(work.written(kept, false));
        if (written.isEmpty()) {
            return nothing(model, work, context);
        }
        new IntegerNotes(work, written.get()).all();
        return written.get().model();
    }

    /** The same nodes with made-up ranges of 0 to 1. */
    @Override
    public Model preview(Model model, PassContext context) {
        Quantization work = Quantization.of(this, model, context);
        if (work.isEmpty()) {
            return nothing(model, work, context);
        }
        Written made = work.structure();
        new IntegerNotes(work, made).structure();
        return made.model();
    }

    private static Model nothing(Model model, Quantization work, PassContext context) {
        int weighted = work.layers().weighted();
        context.note(
                weighted == 0
                        ? "nothing was quantized: the model has no layers with weights"
                        : "nothing was quantized: 0 of %s weighted layers, for the reasons given beside them"
                                .formatted(weighted));
        return model;
    }

    @Override
    public List<Remedy> remedies() {
        return QuantizeRemedies.all();
    }

    /** Without measuring which layers are slower: those would be more exact in float. */
    @Override
    public Pass forTrial() {
        return LayerLevels.tried(this);
    }

    @Override
    public boolean needsData() {
        return true;
    }

    @Override
    public Optional<Precision> computes(LayerKind kind) {
        return Optional.of(Precision.INT8);
    }
}
