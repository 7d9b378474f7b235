package dev.espalier.cli.terminal;

import dev.espalier.internal.output.Printable;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Prints text with everything escaped that would command a terminal ({@link Printable}). Bytes pass
 * as they are: they come from picocli, which colours its help.
 */
final class EscapingStream extends PrintStream {
    private final PrintStream raw;

    private EscapingStream(PrintStream raw) {
        super(raw, true);
        this.raw = raw;
    }

    static EscapingStream over(PrintStream stream) {
        return stream instanceof EscapingStream already ? already : new EscapingStream(stream);
    }

    /** Prints as it is what holds sequences of our own, and text that was escaped already. */
    void printStyled(String text) {
        raw.print(text);
        raw.flush();
    }

    @Override
    public void print(String text) {
        // The stream below knows how the terminal writes characters.
        printStyled(Printable.text(String.valueOf(text)));
    }

    @Override
    public void print(Object object) {
        print(String.valueOf(object));
    }

    @Override
    public void print(char character) {
        print(String.valueOf(character));
    }

    @Override
    public void print(char[] characters) {
        print(String.valueOf(characters));
    }

    /** One line, whatever breaks its text holds. */
    @Override
    public void println(String line) {
        printStyled(Printable.line(String.valueOf(line)) + System.lineSeparator());
    }

    @Override
    public PrintStream format(String format, Object... values) {
        print(String.format(Locale.ROOT, format, values));
        return this;
    }

    @Override
    public PrintStream format(Locale locale, String format, Object... values) {
        print(String.format(locale, format, values));
        return this;
    }

    @Override
    public boolean checkError() {
        return raw.checkError() | super.checkError();
    }
}
