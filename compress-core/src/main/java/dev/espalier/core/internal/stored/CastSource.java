package dev.espalier.core.internal.stored;

import dev.espalier.core.DataException;
import dev.espalier.core.internal.image.Change;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Examples of float32 numbers for a model that takes others: float16, bfloat16 or float64. All
 * formats read and preprocess in float32; this is the one place where numbers become what is fed.
 */
final class CastSource extends WrappedSource {
    private final Map<String, TensorType> types = new LinkedHashMap<>();

    private CastSource(ExampleSource examples, List<ModelInput> inputs) {
        super(examples);
        types.putAll(examples.sampleTypes());
        for (ModelInput input : inputs) {
            types.computeIfPresent(
                    input.name(),
                    (name, type) ->
                            new TensorType(fed(type.dataType(), input.type()), type.shape()));
        }
    }

    private static DataType fed(DataType read, TensorType taken) {
        return read == DataType.FLOAT && taken.dataType().isFloating() ? taken.dataType() : read;
    }

    /** {@code examples} themselves where they are what the model takes. */
    static ExampleSource of(ExampleSource examples, List<ModelInput> inputs) {
        CastSource cast = new CastSource(examples, inputs);
        return cast.types.equals(examples.sampleTypes()) ? examples : cast;
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return types;
    }

    @Override
    public void read(int index, String input, Change change, ByteBuffer target) {
        TensorType type = types.get(input);
        if (type.equals(examples().sampleTypes().get(input))) {
            examples().read(index, input, change, target);
            return;
        }
        int count = Math.toIntExact(type.shape().elementCount());
        ByteBuffer read = ByteBuffer.allocate(Float.BYTES * count).order(ByteOrder.LITTLE_ENDIAN);
        examples().read(index, input, change, read);
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = read.getFloat(Float.BYTES * i);
        }
        Tensor cast = Tensor.ofReals(type.dataType(), type.shape(), numbers);
        float[] after = cast.toFloats();
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(after[i])) {
                throw new DataException(
                        "example %s has %s for the model's input '%s', which is beyond the range of %s"
                                .formatted(index, (float) numbers[i], input, type));
            }
        }
        target.put(cast.bytes());
    }
}
