package dev.espalier;

import dev.espalier.internal.output.Printable;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;

/** What a run tells people, kept with the time for {@code log.txt}. */
final class RunLog {
    private final Consumer<String> lines;
    private final Clock clock;
    private final StringBuilder text = new StringBuilder();

    RunLog(Consumer<String> lines, Clock clock) {
        this.lines = lines;
        this.clock = clock;
    }

    /** Shows and keeps a line. */
    synchronized void say(String line) {
        lines.accept(line);
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
