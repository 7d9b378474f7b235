package dev.espalier.cli.terminal;

import dev.espalier.core.pass.Progress;
import dev.espalier.internal.output.Printable;
import java.io.PrintStream;
import java.util.Map;

/**
 * Where a command prints. Data goes to {@code out}, everything for people's eyes to {@code err}.
 * Both escape what would command the terminal, since names come from files; only what is printed as
 * styled passes as it is.
 *
 * @param interactive whether {@code err} is a terminal, on which a line can be drawn over
 * @param colour whether escape sequences may be used
 * @param width characters of a line
 */
public record Terminal(
        PrintStream out, PrintStream err, boolean interactive, boolean colour, int width) {
    /** Set by the launcher, since Java itself can only ask about both streams at once. */
    static final String TERMINAL_PROPERTY = "espalier.terminal";

    static final String WIDTH_PROPERTY = "espalier.width";
    private static final int USUAL_WIDTH = 80;

    public Terminal {
        out = EscapingStream.over(out);
        err = EscapingStream.over(err);
    }

    /** The process's own streams. */
    static Terminal system() {
        return of(System.out, System.err, System.getenv());
    }

    public static Terminal of(PrintStream out, PrintStream err, Map<String, String> environment) {
        boolean interactive = Boolean.getBoolean(TERMINAL_PROPERTY);
        boolean plain =
                !environment.getOrDefault("NO_COLOR", "").isEmpty()
                        || environment.getOrDefault("TERM", "").equals("dumb");
        int width = Integer.getInteger(WIDTH_PROPERTY, USUAL_WIDTH);
        return new Terminal(
                out, err, interactive, interactive && !plain, Math.max(40, Math.min(width, 200)));
    }

    /** Bars on a terminal, lines elsewhere. */
    public Progress progress() {
        return interactive ? new BarProgress(this) : new LineProgress(this::say, System::nanoTime);
    }

    /** A line for people. */
    public void say(String line) {
        err.println(line);
    }

    /** What went wrong. */
    public void error(String message) {
        drawing().printStyled(colour ? "\u001b[31merror: \u001b[0m" : "error: ");
        say(message);
    }

    /** {@code text}, escaped, in bold; to be printed as styled. */
    public String bold(String text) {
        String safe = Printable.text(text);
        return colour ? "\u001b[1m" + safe + "\u001b[0m" : safe;
    }

    /** Prints to {@code out} what holds styles and otherwise escaped text alone. */
    public void printStyled(String text) {
        ((EscapingStream) out).printStyled(text);
    }

    /** Where bars are drawn. */
    EscapingStream drawing() {
        return (EscapingStream) err;
    }
}
