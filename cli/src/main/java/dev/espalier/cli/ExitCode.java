package dev.espalier.cli;

import dev.espalier.core.CancelledException;
import dev.espalier.core.CompressionException;
import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ModelFormatException;
import dev.espalier.core.OutputException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.VerificationException;

/** What the process tells its caller. */
final class ExitCode {
    static final int DONE = 0;
    static final int INTERNAL = 1;
    static final int USAGE = 2;
    static final int GOAL_MISSED = 3;
    static final int VERIFICATION = 4;
    static final int UNUSABLE_INPUT = 5;

    /** What shells report of a process that Ctrl-C ended: 128 + SIGINT. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}

    static int of(CompressionException e) {
        if (e instanceof InvalidOptionException || e instanceof OutputException) {
            return USAGE;
        }
        if (e instanceof VerificationException) {
            return VERIFICATION;
        }
        if (e instanceof ModelFormatException
                || e instanceof UnsupportedModelException
                || e instanceof DataException) {
            return UNUSABLE_INPUT;
        }
        return e instanceof CancelledException ? INTERRUPTED : INTERNAL;
    }
}
