package dev.espalier.quantize;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Withers;
import dev.espalier.quantize.internal.effect.Diagnosis;
import dev.espalier.quantize.internal.storage.HalfGraph;
import dev.espalier.quantize.internal.storage.StorageTally;
import dev.espalier.quantize.internal.storage.WeightStorage;
import dev.espalier.quantize.option.Extent;
import dev.espalier.quantize.option.HalfType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Keeps float32 numbers in 16 bits: half of the size.
 *
 * <p>With {@code extent: weights} constants of 64 and more numbers are stored so, each with a Cast
 * to float32 behind it that the runtime computes once, when it loads the model: the arithmetic and
 * its speed stay what they were. With {@code extent: graph} activations are 16 bits wide, too, as
 * accelerators want it; ONNX Runtime's CPU provider has few kernels for that and casts to float32
 * and back around the others, so that the model is mostly slower there.
 *
 * <p>Ranges are checked first. A tensor with a number that would become infinite stays float32 and
 * is named; numbers that lose precision since they are too small are counted. In a graph the same
 * is done for the activations of the calibration samples: a value above 65504, such as the square
 * in a spelled out layer normalization, stays float32, and so do all nodes that read it. Without
 * data nothing is known of activations, and a note says so. Types of values that no operator's rule
 * tells are taken from one run of the model.
 *
 * <p>See Micikevicius et al., Mixed Precision Training, 2018, for float16, and Kalamkar et al., A
 * Study of BFLOAT16 for Deep Learning Training, 2019.
 */
@PassInfo(
        id = "store-float16",
        summary = "Stores numbers in 16-bit floats: half of the size, on CPUs not more speed.",
        paper = "https://arxiv.org/abs/1710.03740")
@Withers
public record StoreFloat16(
        @Option(value = "float16", help = "The 16-bit type.") HalfType type,
        @Option(value = "weights", help = "What is kept in it; the graph in float16 only.")
                Extent extent,
        @Option(value = "[]", help = "Names of nodes whose weights and results stay float32.")
                List<String> exclude)
        implements Pass, StoreFloat16Builder.With {
    /** The first operator set whose Cast takes bfloat16. */
    private static final long LEAST_OPSET_OF_BFLOAT16 = 13;

    public StoreFloat16 {
        exclude = List.copyOf(exclude);
        if (type == HalfType.BFLOAT16 && extent == Extent.GRAPH) {
            throw new InvalidOptionException(
                    "store-float16: a graph in bfloat16 does not load in the runtime on CPUs; use type: float16, or extent: weights");
        }
    }

    @Override
    public Model apply(Model model, PassContext context) {
        Model changed = change(model, context, true);
        if (changed != model) {
            Diagnosis.notedByLayer(model, changed, context);
            context.note("this saves bytes; on CPUs it does not save time");
        }
        return changed;
    }

    @Override
    public Model preview(Model model, PassContext context) {
        return change(model, context, false);
    }

    private Model change(Model model, PassContext context, boolean runs) {
        requireAll(model);
        if (type == HalfType.BFLOAT16 && model.opset() < LEAST_OPSET_OF_BFLOAT16) {
            throw new UnsupportedModelException(
                    "store-float16 with type: bfloat16 needs a model of operator set %s or newer, this one has %s; export it again, or use float16"
                            .formatted(LEAST_OPSET_OF_BFLOAT16, model.opset()));
        }
        StorageTally tally = new StorageTally(type);
        Model changed =
                extent == Extent.WEIGHTS
                        ? new WeightStorage(model, type, exclude, tally).run(context)
                        : graph(new HalfGraph(model, exclude, tally), context, runs);
        context.note(changed == model ? "nothing to store in 16 bits" : tally.toString());
        return changed;
    }

    private static Model graph(HalfGraph halves, PassContext context, boolean runs) {
        return runs ? halves.run(context) : halves.preview(context);
    }

    private void requireAll(Model model) {
        Set<String> left = new HashSet<>(exclude);
        model.graph().nodes().forEach(node -> left.remove(node.name()));
        if (!left.isEmpty()) {
            throw new InvalidOptionException(
                    "store-float16.exclude names "
                            + left.stream().sorted().toList()
                            + ", but the model has no such node; 'inspect' lists the names");
        }
    }
}
