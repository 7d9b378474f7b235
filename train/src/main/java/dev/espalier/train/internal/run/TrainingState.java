package dev.espalier.train.internal.run;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.program.Regularizer;
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
 * What training knows after an epoch or within one, and needs to go on.
 *
 * @param tensors all that steps change; empty before the first step
 * @param history what was seen in each finished epoch
 * @param divergences epochs that were given up, each of which lowered the learning rate
 * @param begun the epoch that is not finished
 */
public record TrainingState(
        Map<Slot, Tensor> tensors, List<Epoch> history, List<Divergence> divergences, Begun begun) {
    /**
     * What was seen in one epoch. Figures that were not taken are NaN.
     *
     * @param rate learning rate of its last step
     * @param loss mean of the steps' losses
     * @param training share of the classes that were right in its steps
     * @param validation the {@link ValidationMetric}'s figure after it
     * @param speed images a second in its steps
     */
    public record Epoch(
            double rate, double loss, double training, double validation, double speed) {}

    /**
     * An epoch that was given up because training diverged.
     *
     * @param epoch counted from 1
     * @param step in it, counted from 1
     * @param loss of that step
     * @param rate of that step
     */
    public record Divergence(int epoch, int step, double loss, double rate) {}

    /**
     * How far the epoch after the finished ones is.
     *
     * @param steps taken in it
     * @param losses their sum
     * @param correct number of classes that were right in them
     * @param seconds that they took
     * @param rate learning rate of the last of them
     * @param limit a greater loss has exploded
     */
    public record Begun(
            int steps, double losses, double correct, double seconds, double rate, double limit) {
        static final Begun NOT = new Begun(0, 0, 0, 0, 0, Double.POSITIVE_INFINITY);
    }

    private static final int FORMAT = 5;

    public TrainingState {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        history = List.copyOf(history);
        divergences = List.copyOf(divergences);
    }

    public static final TrainingState START =
            new TrainingState(Map.of(), List.of(), List.of(), Begun.NOT);

    /** Number of finished epochs. */
    public int epoch() {
        return history.size();
    }

    /** What was seen in the last finished epoch. */
    public Epoch last() {
        return history.get(history.size() - 1);
    }

    /** The state after one more epoch. */
    TrainingState after(Map<Slot, Tensor> changed, Epoch figures) {
        return new TrainingState(changed, longer(history, figures), divergences, Begun.NOT);
    }

    /** The state within the epoch that this one begins. */
    TrainingState within(Map<Slot, Tensor> changed, Begun epoch) {
        return new TrainingState(changed, history, divergences, epoch);
    }

    /** Whether {@code later} lies within the epoch that this state begins. */
    boolean begins(TrainingState later) {
        return later.begun.steps() > 0
                && later.history.equals(history)
                && later.divergences.equals(divergences);
    }

    /**
     * Whether {@code later} was reached from this state in the epoch that it begins: by finishing
     * it, or by giving it up once more.
     */
    boolean precedes(TrainingState later) {
        int epochs = later.epoch() - epoch();
        boolean further = epochs > 0 || later.divergences.size() > divergences.size();
        return epochs <= 1
                && further
                && begins(later.history, history)
                && begins(later.divergences, divergences);
    }

    private static <T> boolean begins(List<T> list, List<T> beginning) {
        return list.size() >= beginning.size()
                && list.subList(0, beginning.size()).equals(beginning);
    }

    /** Whether weights are averaged. */
    public boolean averages() {
        return tensors.keySet().stream().anyMatch(slot -> slot.kind() == Slot.Kind.AVERAGE);
    }

    /**
     * This state with other weights, statistics and averages, all by initializer. What optimizer
     * and loss remember stays.
     */
    public TrainingState replaced(Map<String, Tensor> initializers, Map<String, Tensor> averages) {
        Map<Slot, Tensor> changed = new LinkedHashMap<>(tensors);
        changed.replaceAll(
                (slot, tensor) ->
                        slot.isInitializer()
                                ? initializers.getOrDefault(slot.name(), tensor)
                                : slot.kind() == Slot.Kind.AVERAGE
                                        ? averages.getOrDefault(slot.name(), tensor)
                                        : tensor);
        return new TrainingState(changed, history, divergences, Begun.NOT);
    }

    /** This state with what regularizes the next steps. */
    TrainingState regularized(Regularizer regularizer) {
        Map<Slot, Tensor> changed = new LinkedHashMap<>(tensors);
        changed.putAll(regularizer.slots());
        return new TrainingState(changed, history, divergences, begun);
    }

    /** This state with the last epoch's figure on the validation split. */
    TrainingState judged(double figure) {
        List<Epoch> seen = new ArrayList<>(history);
        Epoch last = seen.remove(seen.size() - 1);
        seen.add(new Epoch(last.rate(), last.loss(), last.training(), figure, last.speed()));
        return new TrainingState(tensors, seen, divergences, begun);
    }

    /** This state, knowing that the next epoch was given up. */
    TrainingState after(Divergence divergence) {
        return new TrainingState(tensors, history, longer(divergences, divergence), Begun.NOT);
    }

    private static <T> List<T> longer(List<T> list, T last) {
        List<T> longer = new ArrayList<>(list);
        longer.add(last);
        return longer;
    }

    /** What the learning rate of the plan is multiplied by: a half for each divergence. */
    double slowdown() {
        return Math.pow(0.5, divergences.size());
    }

    /**
     * Epochs since the last better figure on the validation split.
     *
     * @param falling whether lower figures are better
     */
    int stalled(boolean falling) {
        int best = 0;
        for (int i = 1; i < history.size(); i++) {
            double gain = history.get(i).validation() - history.get(best).validation();
            best = (falling ? -gain : gain) > 0 ? i : best;
        }
        return history.isEmpty() ? 0 : history.size() - 1 - best;
    }

    /** Weights, averaged where they are, and running statistics by initializer. */
    Map<String, Tensor> initializers() {
        return initializers(true);
    }

    /**
     * Weights and running statistics by initializer.
     *
     * @param averaged whether weights are their averages, where there are any
     */
    Map<String, Tensor> initializers(boolean averaged) {
        Map<String, Tensor> initializers = new LinkedHashMap<>();
        tensors.forEach(
                (slot, tensor) -> {
                    if (slot.isInitializer()) {
                        Slot average = new Slot(Slot.Kind.AVERAGE, slot.name());
                        initializers.put(
                                slot.name(),
                                averaged ? tensors.getOrDefault(average, tensor) : tensor);
                    }
                });
        return initializers;
    }

    /** Whether no number went out of the range of float32. */
    boolean isFinite() {
        for (Tensor tensor : tensors.values()) {
            for (float value : tensor.toFloats()) {
                if (!Float.isFinite(value)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * The state as bytes.
     *
     * @param identity of the training that it belongs to
     */
    public byte[] toBytes(long identity) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            out.writeLong(identity);
            out.writeInt(history.size());
            for (Epoch seen : history) {
                out.writeDouble(seen.rate());
                out.writeDouble(seen.loss());
                out.writeDouble(seen.training());
                out.writeDouble(seen.validation());
                out.writeDouble(seen.speed());
            }
            out.writeInt(divergences.size());
            for (Divergence divergence : divergences) {
                out.writeInt(divergence.epoch());
                out.writeInt(divergence.step());
                out.writeDouble(divergence.loss());
                out.writeDouble(divergence.rate());
            }
            out.writeInt(begun.steps());
            out.writeDouble(begun.losses());
            out.writeDouble(begun.correct());
            out.writeDouble(begun.seconds());
            out.writeDouble(begun.rate());
            out.writeDouble(begun.limit());
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
    public static Optional<TrainingState> read(byte[] bytes, long identity) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readInt() != FORMAT || in.readLong() != identity) {
                return Optional.empty();
            }
            List<Epoch> history = new ArrayList<>();
            for (int i = in.readInt(); i > 0; i--) {
                history.add(
                        new Epoch(
                                in.readDouble(),
                                in.readDouble(),
                                in.readDouble(),
                                in.readDouble(),
                                in.readDouble()));
            }
            List<Divergence> divergences = new ArrayList<>();
            for (int i = in.readInt(); i > 0; i--) {
                divergences.add(
                        new Divergence(
                                in.readInt(), in.readInt(), in.readDouble(), in.readDouble()));
            }
            Begun begun =
                    new Begun(
                            in.readInt(),
                            in.readDouble(),
                            in.readDouble(),
                            in.readDouble(),
                            in.readDouble(),
                            in.readDouble());
            return Optional.of(new TrainingState(tensors(in), history, divergences, begun));
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
