package dev.espalier.core.pass;

import dev.espalier.core.ir.Model;
import java.util.Optional;

/** Where a pipeline keeps what is finished, so that a later run can go on from there. */
public interface StepStore {
    /** A finished pass: the model it returned and its record. */
    record Finished(Model model, PassRun run) {}

    /**
     * The pass at {@code position}, where it was finished by an earlier run; empty where it was
     * not, or where what is kept of it or of a pass before it was damaged since.
     */
    Optional<Finished> read(int position);

    /** Keeps a finished pass; from then on its checkpoints are not needed. */
    void write(int position, Finished finished);

    /** What the pass at {@code position} keeps while it runs. */
    Checkpoints checkpoints(int position);

    /** Keeps nothing. */
    StepStore NONE =
            new StepStore() {
                @Override
                public Optional<Finished> read(int position) {
                    return Optional.empty();
                }

                @Override
                public void write(int position, Finished finished) {}

                @Override
                public Checkpoints checkpoints(int position) {
                    return Checkpoints.NONE;
                }
            };
}
