package dev.espalier.train.internal.joint;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.internal.run.TrainingRun;
import dev.espalier.train.internal.run.TrainingState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What several trainings know when all of them have finished an epoch.
 *
 * @param members their states, after what they did to each other
 * @param mixed whether any weight was ever changed by that
 */
record JointState(List<TrainingState> members, boolean mixed) {
    JointState {
        members = List.copyOf(members);
    }

    static JointState start(int count) {
        return new JointState(Collections.nCopies(count, TrainingState.START), false);
    }

    /** Number of epochs that all have finished. */
    int epoch() {
        return members.get(0).epoch();
    }

    /** The state after one more epoch. */
    JointState after(List<TrainingState> trained) {
        return new JointState(trained, mixed);
    }

    /**
     * The state after an exchange.
     *
     * @param runs the trainings
     */
    JointState exchanged(Exchange exchange, List<TrainingRun> runs) {
        List<Model> weights = exchanged(exchange, runs, false);
        List<Model> averages =
                members.get(0).averages() ? exchanged(exchange, runs, true) : weights;
        List<TrainingState> changed = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            changed.add(members.get(i).replaced(tensors(weights.get(i)), tensors(averages.get(i))));
        }
        return new JointState(changed, mixed || !changed.equals(members));
    }

    private List<Model> exchanged(Exchange exchange, List<TrainingRun> runs, boolean averaged) {
        List<Model> snapshots = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            snapshots.add(runs.get(i).snapshot(members.get(i), averaged));
        }
        return exchange.after(epoch(), snapshots);
    }

    private static Map<String, Tensor> tensors(Model model) {
        Map<String, Tensor> tensors = new HashMap<>();
        model.graph().initializers().forEach((name, held) -> tensors.put(name, held.tensor()));
        return tensors;
    }

    /**
     * The state as bytes.
     *
     * @param runs the trainings that it belongs to
     */
    byte[] toBytes(List<TrainingRun> runs) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeBoolean(mixed);
            for (int i = 0; i < members.size(); i++) {
                byte[] member = members.get(i).toBytes(runs.get(i).identity());
                out.writeInt(member.length);
                out.write(member);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** The state in {@code bytes}; empty where they belong to other trainings, or to none. */
    static Optional<JointState> read(byte[] bytes, List<TrainingRun> runs) {
        List<TrainingState> members = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            boolean mixed = in.readBoolean();
            for (TrainingRun run : runs) {
                byte[] member = in.readNBytes(Math.max(0, in.readInt()));
                TrainingState.read(member, run.identity()).ifPresent(members::add);
            }
            return members.size() == runs.size()
                    ? Optional.of(new JointState(members, mixed))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
