package dev.espalier.core.data;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Chosen examples of a source. */
final class StoredDataset implements Dataset {
    private final ExampleSource source;
    private final int[] chosen;
    private final int classes;

    /**
     * @param chosen indices into {@code source}; taken over, not copied
     */
    StoredDataset(ExampleSource source, int[] chosen, int classes) {
        this.source = source;
        this.chosen = chosen;
        this.classes = classes;
    }

    @Override
    public int size() {
        return chosen.length;
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public Optional<Shape> targetShape() {
        return source.targetShape();
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return source.sampleTypes();
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long seed) {
        return batch(indices, augmentation, seed, ByteBuffer::allocateDirect);
    }

    /**
     * @param memory gives native memory of at least so many bytes
     */
    Batch batch(
            int[] indices,
            Augmentation augmentation,
            long seed,
            java.util.function.IntFunction<ByteBuffer> memory) {
        if (!augmentation.equals(Augmentation.NONE)) {
            checkAugmentable();
        }
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        List<ByteBuffer> used = new ArrayList<>();
        sampleTypes()
                .forEach(
                        (input, type) -> {
                            Shape shape = batched(type.shape(), indices.length);
                            ByteBuffer bytes = memory.apply(bytes(type.dataType(), shape));
                            used.add(bytes);
                            ByteBuffer target = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
                            target.clear();
                            for (int index : indices) {
                                Shift shift = Shift.draw(augmentation, seed, index);
                                source.read(chosen[index], input, shift, target);
                            }
                            inputs.put(input, Tensor.of(type.dataType(), shape, target.flip()));
                        });
        int[] labels = new int[indices.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = source.label(chosen[indices[i]]);
        }
        return new Batch(inputs, labels, targets(indices), used);
    }

    private Optional<Tensor> targets(int[] indices) {
        return source.targetShape()
                .map(
                        sample -> {
                            Shape shape = batched(sample, indices.length);
                            FloatBuffer floats =
                                    FloatBuffer.allocate(Math.toIntExact(shape.elementCount()));
                            for (int index : indices) {
                                source.readTarget(chosen[index], floats);
                            }
                            return Tensor.ofFloats(shape, floats.array());
                        });
    }

    private static Shape batched(Shape sample, int size) {
        List<Dim> dims = new ArrayList<>(sample.dims());
        dims.add(0, Dim.of(size));
        return Shape.of(dims);
    }

    private static int bytes(DataType type, Shape shape) {
        long bytes = type.bytes(shape.elementCount());
        if (bytes > Integer.MAX_VALUE) {
            throw new InvalidOptionException(
                    "a batch of %s takes %d bytes, more than 2 GiB; use a smaller batch"
                            .formatted(shape, bytes));
        }
        return (int) bytes;
    }

    private void checkAugmentable() {
        if (sampleTypes().values().stream().noneMatch(type -> type.shape().rank() == 3)) {
            throw new InvalidOptionException(
                    "augmentation needs images [C, H, W], the data gives "
                            + sampleTypes().values());
        }
    }
}
