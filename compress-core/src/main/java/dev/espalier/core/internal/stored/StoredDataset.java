package dev.espalier.core.internal.stored;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.ColourJitter;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.internal.image.Change;
import dev.espalier.core.internal.image.Erasure;
import dev.espalier.core.internal.image.ImageSize;
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
import java.util.function.IntFunction;

/** Chosen examples of a source. */
public final class StoredDataset implements Dataset {
    private final ExampleSource source;
    private final int[] chosen;
    private final int classes;

    /**
     * @param chosen indices into {@code source}; taken over, not copied
     */
    public StoredDataset(ExampleSource source, int[] chosen, int classes) {
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

    @Override
    public Batch batch(
            int[] indices, Augmentation augmentation, long seed, IntFunction<ByteBuffer> memory) {
        checkAugmentable(augmentation);
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
                                int start = target.position();
                                Change change = Change.draw(augmentation, seed, index);
                                source.read(chosen[index], input, change, target);
                                if (augmentation.erasing() > 0 && isImage(type)) {
                                    erase(target, start, type, augmentation, seed, index);
                                }
                            }
                            inputs.put(input, Tensor.of(type.dataType(), shape, target.flip()));
                        });
        int[] labels = new int[indices.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = source.label(chosen[indices[i]]);
        }
        return new Batch(inputs, labels, targets(indices), used);
    }

    private static void erase(
            ByteBuffer target,
            int start,
            TensorType type,
            Augmentation augmentation,
            long seed,
            int index) {
        long[] sizes = type.shape().sizes();
        ImageSize size = new ImageSize((int) sizes[0], (int) sizes[1], (int) sizes[2]);
        Erasure.draw(
                        augmentation.erasing(),
                        size.height(),
                        size.width(),
                        Change.erasure(seed, index))
                .ifPresent(erasure -> erasure.apply(target, start, size));
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
                    "a batch of %s takes %s bytes, more than 2 GiB; use a smaller batch"
                            .formatted(shape, bytes));
        }
        return (int) bytes;
    }

    private static boolean isImage(TensorType type) {
        return type.dataType() == DataType.FLOAT && type.shape().rank() == 3;
    }

    private void checkAugmentable(Augmentation augmentation) {
        if (augmentation.equals(Augmentation.NONE)) {
            return;
        }
        if (sampleTypes().values().stream().noneMatch(StoredDataset::isImage)) {
            throw new InvalidOptionException(
                    "augmentation needs images [C, H, W], the data gives "
                            + sampleTypes().values());
        }
        if (augmentation.jitter().equals(ColourJitter.NONE)) {
            return;
        }
        if (source.colourChannels() == 0) {
            throw new InvalidOptionException(
                    "colour jitter needs images stored as bytes for the model's only input, the data gives %s of other numbers; set augmentation: {jitter: {brightness: 0, contrast: 0, saturation: 0}}"
                            .formatted(sampleTypes().values()));
        }
        if (source.colourChannels() == 1 && augmentation.jitter().saturation() > 0) {
            throw new InvalidOptionException(
                    "colour jitter of saturation needs colours, the data gives grey images %s; set augmentation: {jitter: {saturation: 0}}"
                            .formatted(sampleTypes().values()));
        }
    }
}
