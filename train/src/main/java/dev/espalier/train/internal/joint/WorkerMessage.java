package dev.espalier.train.internal.joint;

import java.util.Optional;

/**
 * What is said between the process that leads several trainings and those that carry them out, a
 * line of text each: a verb, a network counted from 0, a number, and words.
 *
 * @param verb what it is about
 * @param network that it is about
 * @param number as the verb has it
 * @param words as the verb has them, on one line
 */
record WorkerMessage(Verb verb, int network, long number, String words) {
    /** What can be said. */
    enum Verb {
        /** Leader: train the network to the end of epoch {@code number}. */
        TRAIN,
        /** Leader: there is nothing more to do. */
        END,
        /** Worker: the network has reached the end of epoch {@code number}. */
        DONE,
        /** Worker: image {@code number} of the epoch is done; words are for people. */
        AT,
        /** Worker: the epoch failed, which may pass; this process ends. Words say why. */
        BROKE,
        /** Worker: the epoch fails for good. Words: the kind of error and its message. */
        FAILED
    }

    static WorkerMessage of(Verb verb, int network, long number) {
        return new WorkerMessage(verb, network, number, "");
    }

    /** As one line; line breaks within words become spaces. */
    String toLine() {
        return "%s %s %s %s".formatted(verb, network, number, words.replaceAll("\\R", " ")).strip();
    }

    /** The message on a line; empty where it is none, such as what a library printed. */
    static Optional<WorkerMessage> read(String line) {
        String[] parts = line.split(" ", 4);
        if (parts.length < 3 || !parts[1].matches("\\d{1,4}") || !parts[2].matches("\\d{1,18}")) {
            return Optional.empty();
        }
        for (Verb verb : Verb.values()) {
            if (parts[0].equals(verb.name())) {
                return Optional.of(
                        new WorkerMessage(
                                verb,
                                Integer.parseInt(parts[1]),
                                Long.parseLong(parts[2]),
                                parts.length > 3 ? parts[3] : ""));
            }
        }
        return Optional.empty();
    }
}
