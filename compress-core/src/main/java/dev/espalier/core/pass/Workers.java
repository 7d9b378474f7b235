package dev.espalier.core.pass;

import dev.espalier.core.InvalidOptionException;
import java.util.Optional;

/**
 * Further processes of this machine that take part in one pass. Each applies the same pass to the
 * same model, with the seed, the data and the checkpoints of the process that leads; there the work
 * finds out by {@link #leader} that it is to do as it is told. What is told and answered are lines
 * of text, whose meaning is the pass's own; weights go through checkpoints.
 */
public interface Workers {
    /** One end of a line between two processes. */
    interface Line {
        /**
         * Says something to the other end; nothing happens where that is gone.
         *
         * @param text without line breaks
         */
        void send(String text);

        /** What the other end says next, waited for; empty when it is gone. */
        Optional<String> receive();
    }

    /** A process, as the one that leads sees it. */
    interface Worker extends Line, AutoCloseable {
        /** How it ended, in words such as {@code exit code 137}; waits for the end. */
        String ending();

        /** Where what it wrote for people is found, such as its last words. */
        String log();

        /** Asks it to stop, and ends it if it does not soon. */
        @Override
        void close();
    }

    /**
     * The line to the process that leads, where this process is a worker of it; empty where this
     * one leads.
     */
    Optional<Line> leader();

    /**
     * Starts a process.
     *
     * @param index from 0, for its log
     * @param count of those that work at once: each has its part of the machine's threads
     * @throws InvalidOptionException where there can be none
     * @throws dev.espalier.core.OutputException where it cannot be started
     */
    Worker start(int index, int count);

    /** None: for passes that a program calls, whose data no other process could open. */
    Workers NONE =
            new Workers() {
                @Override
                public Optional<Line> leader() {
                    return Optional.empty();
                }

                @Override
                public Worker start(int index, int count) {
                    throw new InvalidOptionException(
                            "there are further processes only where a recipe is run by the command"
                                    + " line; set workers to 1, found "
                                    + count);
                }
            };
}
