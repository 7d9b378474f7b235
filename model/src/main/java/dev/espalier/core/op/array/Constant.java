package dev.espalier.core.op.array;

import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.op.spec.Call;
import dev.espalier.core.op.spec.ChannelCut;
import dev.espalier.core.op.spec.ChannelLinks;
import dev.espalier.core.op.spec.Constants;
import dev.espalier.core.op.spec.NodeCheck;
import dev.espalier.core.op.spec.Operator;
import dev.espalier.core.op.spec.TorchWriter;
import dev.espalier.core.op.spec.Trait;
import dev.espalier.core.op.spec.Traits;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tensor written as an attribute: {@code value}, or from operator set 12 on a plain number.
 *
 * <p>Channels: it loses what its readers lose.
 */
@Traits({Trait.UNCHANGED_7_TO_13, Trait.UNCHANGED_13_TO_21})
final class Constant implements Operator {
    @Override
    public String type() {
        return "Constant";
    }

    @Override
    public void check(NodeCheck node) {
        node.inputs(0);
    }

    @Override
    public List<TensorType> outputTypes(Call call) {
        return value(call).map(tensor -> List.of(tensor.type())).orElse(List.of());
    }

    @Override
    public Optional<List<Tensor>> evaluate(Call call) {
        return value(call).map(List::of);
    }

    @Override
    public void channels(Call call, ChannelLinks links) {
        for (int axis = 0; axis < call.outputShape(0).rank(); axis++) {
            links.allow(call.node().output(0), axis);
        }
    }

    @Override
    public Node cut(Call call, ChannelCut cut) {
        Tensor tensor = value(call).orElseThrow();
        for (int axis = 0; axis < tensor.shape().rank(); axis++) {
            int[] kept = cut.kept(call.node().output(0), axis);
            if (kept.length != tensor.shape().size(axis)) {
                tensor = Constants.keep(tensor, axis, kept);
            }
        }
        return call.node()
                .withAttributes(Attributes.of(Map.of("value", new Attribute.TensorValue(tensor))));
    }

    private static Optional<Tensor> value(Call call) {
        for (Attribute attribute : call.attributes().asMap().values()) {
            Optional<Tensor> tensor = tensor(attribute);
            if (tensor.isPresent()) {
                return tensor;
            }
        }
        return Optional.empty();
    }

    private static Optional<Tensor> tensor(Attribute attribute) {
        Tensor tensor = null;
        if (attribute instanceof Attribute.TensorValue v) {
            tensor = v.value();
        } else if (attribute instanceof Attribute.FloatValue v) {
            tensor = Tensor.scalar(v.value());
        } else if (attribute instanceof Attribute.IntValue v) {
            tensor = Tensor.ofLongs(Shape.SCALAR, v.value());
        } else if (attribute instanceof Attribute.Ints v) {
            long[] values = v.values().stream().mapToLong(Long::longValue).toArray();
            tensor = Tensor.ofLongs(Shape.of(values.length), values);
        } else if (attribute instanceof Attribute.Floats v) {
            float[] values = new float[v.values().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = v.values().get(i);
            }
            tensor = Tensor.ofFloats(Shape.of(values.length), values);
        } else if (attribute instanceof Attribute.StringValue v) {
            tensor = Tensor.ofStrings(Shape.SCALAR, List.of(v.value()));
        } else if (attribute instanceof Attribute.Strings v) {
            tensor = Tensor.ofStrings(Shape.of(v.values().size()), v.values());
        }
        return Optional.ofNullable(tensor);
    }

    @Override
    public boolean trains(Call call) {
        return value(call).isPresent();
    }

    @Override
    public void torch(Call call, TorchWriter torch) {
        torch.out(torch.constant(value(call).orElseThrow()));
    }
}
