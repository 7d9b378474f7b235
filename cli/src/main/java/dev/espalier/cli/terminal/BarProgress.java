package dev.espalier.cli.terminal;

import dev.espalier.core.pass.Progress;
import dev.espalier.internal.output.Printable;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/** Bars with the time left, drawn over one line of a terminal. */
final class BarProgress implements Progress {
    private static final int MILLIS_BETWEEN_DRAWINGS = 200;

    private final Terminal terminal;

    BarProgress(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Draws without asking the terminal for anything, which would load native code. */
    private record Line(EscapingStream err, int width) implements ProgressBarConsumer {
        @Override
        public int getMaxRenderedLength() {
            return width - 1;
        }

        @Override
        public void accept(String bar) {
            err.printStyled("\r" + bar);
        }

        @Override
        public void clear() {
            err.printStyled("\r" + " ".repeat(width - 1) + "\r");
        }

        @Override
        public void close() {
            clear();
        }
    }

    @Override
    public Task begin(String name, long done, long steps, String unit) {
        ProgressBar bar =
                new ProgressBarBuilder()
                        .setTaskName(Printable.line(name))
                        .setInitialMax(steps)
                        .startsFrom(done, Duration.ZERO)
                        .setUnit(" " + Printable.line(unit), 1)
                        .setUpdateIntervalMillis(MILLIS_BETWEEN_DRAWINGS)
                        .setStyle(
                                terminal.colour()
                                        ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK
                                        : ProgressBarStyle.ASCII)
                        .setConsumer(new Line(terminal.drawing(), terminal.width()))
                        .build();
        return new Task() {
            @Override
            public void advance(long count) {
                bar.stepBy(count);
            }

            @Override
            public void show(String words) {
                bar.setExtraMessage(" " + Printable.line(words));
            }

            @Override
            public void close() {
                bar.close();
            }
        };
    }
}
