package dev.espalier.cli.terminal;

import dev.espalier.core.CancelledException;
import dev.espalier.core.CompressionException;
import dev.espalier.core.DataException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ModelFormatException;
import dev.espalier.core.OutputException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.VerificationException;

/** What the process tells its caller. */
public final class ExitCode {
    public static final int DONE = 0;
    public static final int INTERNAL = 1;
    public static final int USAGE = 2;
    public static final int GOAL_MISSED = 3;
    public static final int VERIFICATION = 4;
    public static final int UNUSABLE_INPUT = 5;

    /** What shells report of a process that Ctrl-C ended: 128 + SIGINT. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}

    public static int of(CompressionException e) {
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
