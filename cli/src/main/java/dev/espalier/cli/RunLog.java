package dev.espalier.cli;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;

/** What a run tells people, kept with the time for {@code log.txt}. */
final class RunLog {
    private final Terminal terminal;
    private final Clock clock;
    private final StringBuilder text = new StringBuilder();

    RunLog(Terminal terminal, Clock clock) {
        this.terminal = terminal;
        this.clock = clock;
    }

    /** Shows and keeps a line. */
    synchronized void say(String line) {
        terminal.say(line);
        keep(line);
    }

    /** Keeps a line that nobody needs to see now. */
    synchronized void keep(String line) {
        text.append(OffsetDateTime.now(clock).truncatedTo(ChronoUnit.SECONDS))
                .append("  ")
                .append(Printable.line(line))
                .append('\n');
    }

    synchronized String text() {
        return text.toString();
    }
}
