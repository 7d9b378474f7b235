package dev.espalier.train;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.program.Slot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What training knows after an epoch, and needs to go on.
 *
 * @param epoch number of finished epochs
 * @param tensors all that steps change
 * @param history what was seen in each finished epoch
 */
record TrainingState(int epoch, Map<Slot, Tensor> tensors, List<Epoch> history) {
    /**
     * What was seen in one epoch.
     *
     * @param loss mean of the steps' losses
     * @param accuracy top-1 on the validation split after it, as a ratio; NaN without such a split
     */
    record Epoch(double loss, double accuracy) {}

    private static final int FORMAT = 2;

    TrainingState {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        history = List.copyOf(history);
    }

    static final TrainingState START = new TrainingState(0, Map.of(), List.of());

    /** This state with one more epoch's figures. */
    TrainingState seen(Epoch figures) {
        List<Epoch> longer = new ArrayList<>(history);
        longer.add(figures);
        return new TrainingState(epoch, tensors, longer);
    }

    /** Weights and running statistics by initializer. */
    Map<String, Tensor> initializers() {
        Map<String, Tensor> initializers = new LinkedHashMap<>();
        tensors.forEach(
                (slot, tensor) -> {
                    if (slot.isInitializer()) {
                        initializers.put(slot.name(), tensor);
                    }
                });
        return initializers;
    }

    /**
     * The state as bytes.
     *
     * @param identity of the training that it belongs to
     */
    byte[] toBytes(long identity) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            out.writeLong(identity);
            out.writeInt(epoch);
            out.writeInt(history.size());
            for (Epoch seen : history) {
                out.writeDouble(seen.loss());
                out.writeDouble(seen.accuracy());
            }
            write(tensors, out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void write(Map<Slot, Tensor> tensors, DataOutputStream out) throws IOException {
        out.writeInt(tensors.size());
        for (Map.Entry<Slot, Tensor> entry : tensors.entrySet()) {
            out.writeUTF(entry.getKey().kind().name());
            out.writeUTF(entry.getKey().name());
            long[] sizes = entry.getValue().shape().sizes();
            out.writeInt(sizes.length);
            for (long size : sizes) {
                out.writeLong(size);
            }
            for (float value : entry.getValue().toFloats()) {
                out.writeFloat(value);
            }
        }
    }

    /**
     * The state in {@code bytes}; empty where they belong to another training, or to none: the
     * training then starts over.
     */
    static Optional<TrainingState> read(byte[] bytes, long identity) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readInt() != FORMAT || in.readLong() != identity) {
                return Optional.empty();
            }
            int epoch = in.readInt();
            List<Epoch> history = new ArrayList<>();
            for (int i = in.readInt(); i > 0; i--) {
                history.add(new Epoch(in.readDouble(), in.readDouble()));
            }
            return Optional.of(new TrainingState(epoch, tensors(in), history));
        } catch (IOException | ArithmeticException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Map<Slot, Tensor> tensors(DataInputStream in) throws IOException {
        Map<Slot, Tensor> tensors = new LinkedHashMap<>();
        for (int i = in.readInt(); i > 0; i--) {
            Slot slot = new Slot(Slot.Kind.valueOf(in.readUTF()), in.readUTF());
            List<Dim> dims = new ArrayList<>();
            for (int axes = in.readInt(); axes > 0; axes--) {
                dims.add(Dim.of(in.readLong()));
            }
            Shape shape = Shape.of(dims);
            if (shape.elementCount() > in.available() / Float.BYTES) {
                throw new IOException("the checkpoint ends within " + slot.name());
            }
            float[] values = new float[(int) shape.elementCount()];
            for (int k = 0; k < values.length; k++) {
                values[k] = in.readFloat();
            }
            tensors.put(slot, Tensor.ofFloats(shape, values));
        }
        return tensors;
    }
}
