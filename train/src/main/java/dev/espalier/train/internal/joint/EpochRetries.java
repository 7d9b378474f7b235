package dev.espalier.train.internal.joint;

import dev.espalier.core.CompressionException;
import dev.espalier.core.PassFailedException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.pass.PassContext;

/**
 * Epochs that failed for a reason that may be gone when they are begun again: native code that ran
 * out of memory, a process that was killed. Each network may begin an epoch again a few times;
 * every time is told.
 */
final class EpochRetries {
    private static final int MOST = 3;

    private final PassContext context;
    private final int epoch;
    private final int[] counts;

    /**
     * @param epoch counted from 1
     * @param networks how many are trained
     */
    EpochRetries(PassContext context, int epoch, int networks) {
        this.context = context;
        this.epoch = epoch;
        this.counts = new int[networks];
    }

    /** Whether trying again may help: what a user has to act on comes again. */
    static boolean mayPass(RuntimeException e) {
        return !(e instanceof CompressionException) || e instanceof UnsupportedModelException;
    }

    /** How messages call a network, counted from 0. */
    String name(int network) {
        return "network %s of %s".formatted(network + 1, counts.length);
    }

    /**
     * Counts one, and tells that the network goes on.
     *
     * @param reason why, in words
     * @throws PassFailedException where it is one too many
     */
    void add(int network, String reason, Throwable cause) {
        counts[network]++;
        if (counts[network] > MOST) {
            throw new PassFailedException(
                    "%s: epoch %s failed %s times, the last time since %s"
                            .formatted(name(network), epoch, counts[network], reason),
                    cause);
        }
        context.note(
                "network %s: epoch %s failed, since %s; it went on from its last good state"
                        .formatted(network + 1, epoch, reason));
    }
}
