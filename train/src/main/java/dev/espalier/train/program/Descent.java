package dev.espalier.train.program;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.train.regime.OptimizerSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the optimizer's step, one kernel for all weights that decay and one for the others. See
 * {@link OptimizerSettings} for the formulas.
 */
final class Descent {
    private static final int CHANNELS_LAST_RANK = 4;
    private static final String NOTHING = "annotate(List[Tensor], [])";

    private final OptimizerSettings settings;
    private final ProgramTensors programTensors;
    private final List<Leaf> leaves;

    Descent(OptimizerSettings settings, ProgramTensors programTensors, List<Leaf> leaves) {
        this.settings = settings;
        this.programTensors = programTensors;
        this.leaves = leaves;
    }

    /**
     * Writes the step; {@code rate} is in scope, for AdamW {@code steps} too, and no gradient is
     * recorded.
     *
     * @param gradients their expressions, in the order of the leaves, each a sum of {@code parts}
     * @return the lists of tensors that are changed, which must be read afterwards
     */
    List<String> write(ProgramText text, List<String> gradients, int parts) {
        for (int i = 0; i < leaves.size(); i++) {
            text.add("g%s = %s".formatted(i, inLayout(gradients.get(i), leaves.get(i))));
        }
        String scale = scale(text, parts);
        Map<Boolean, List<Integer>> groups =
                IntStream.range(0, leaves.size())
                        .boxed()
                        .collect(Collectors.partitioningBy(i -> decays(leaves.get(i).shape())));
        List<String> changed = new ArrayList<>();
        groups.forEach(
                (decays, members) -> {
                    if (!members.isEmpty()) {
                        String weights = decays ? "decaying" : "steady";
                        text.add(weights + " = " + list(members, i -> held(leaves.get(i))));
                        text.add(kernel(weights, members, decays, scale));
                        changed.add(weights);
                    }
                });
        return changed;
    }

    /** The kernels walk over memory, so a gradient has to lie there as its weight does. */
    private static String inLayout(String gradient, Leaf leaf) {
        String format = leaf.shape().rank() == CHANNELS_LAST_RANK ? ", memory_format=2" : "";
        return "torch.contiguous(" + gradient + format + ")";
    }

    private boolean decays(Shape shape) {
        return settings.weightDecay() > 0
                && Arrays.stream(shape.sizes()).filter(size -> size > 1).count() > 1;
    }

    /** What gradients are divided by, as an argument of the kernels. */
    private String scale(ProgramText text, int parts) {
        if (settings.clip() > 0) {
            String all =
                    ProgramText.list(
                            IntStream.range(0, leaves.size()).mapToObj(i -> "g" + i).toList());
            text.add(
                    "norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm("
                            + all
                            + ")))");
            text.add(
                    "scale = torch.clamp(torch.div(norm, %s), %s)"
                            .formatted(TorchWriter.real(settings.clip()), TorchWriter.real(parts)));
        } else if (parts > 1) {
            text.add("scale = torch.tensor(" + TorchWriter.real(parts) + ")");
        } else {
            return "";
        }
        return ", grad_scale=scale";
    }

    private String kernel(String weights, List<Integer> members, boolean decays, String scale) {
        String gradients = list(members, i -> "g" + i);
        String momentum = TorchWriter.real(settings.momentum());
        String decay = TorchWriter.real(decays ? settings.weightDecay() : 0);
        return switch (settings.kind()) {
            case SGD ->
                    ("torch._fused_sgd_(%s, %s, %s, weight_decay=%s, momentum=%s, lr=float(rate),"
                                    + " dampening=0., nesterov=True, maximize=False,"
                                    + " is_first_step=False%s)")
                            .formatted(
                                    weights,
                                    gradients,
                                    settings.momentum() > 0
                                            ? memories(Slot.Kind.MOMENTUM, members)
                                            : NOTHING,
                                    decay,
                                    momentum,
                                    scale);
            case ADAMW ->
                    ("torch._fused_adamw_(%s, %s, %s, %s, %s, %s, lr=float(rate), beta1=%s,"
                                    + " beta2=%s, weight_decay=%s, eps=1e-08, amsgrad=False,"
                                    + " maximize=False%s)")
                            .formatted(
                                    weights,
                                    gradients,
                                    memories(Slot.Kind.MOMENTUM, members),
                                    memories(Slot.Kind.SQUARE, members),
                                    NOTHING,
                                    list(members, i -> "steps"),
                                    momentum,
                                    TorchWriter.real(settings.secondMomentum()),
                                    decay,
                                    scale);
        };
    }

    private String memories(Slot.Kind kind, List<Integer> members) {
        return list(
                members,
                i -> {
                    Leaf leaf = leaves.get(i);
                    Slot slot = new Slot(kind, leaf.slot().name());
                    return ProgramTensors.read(programTensors.variable(slot, atRest(leaf.shape())));
                });
    }

    private static String held(Leaf leaf) {
        return ProgramTensors.read(leaf.attribute());
    }

    private static Tensor atRest(Shape shape) {
        int bytes = Math.toIntExact(shape.elementCount() * Float.BYTES);
        return Tensor.of(DataType.FLOAT, shape, ByteBuffer.allocate(bytes));
    }

    private static String list(List<Integer> members, Function<Integer, String> expression) {
        return ProgramText.list(members.stream().map(expression).toList());
    }
}
