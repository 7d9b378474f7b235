package dev.espalier.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cli.view.Table;
import dev.espalier.core.pass.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalTest {
    private static final String NAME = "\u001b[31mred\u001b[0m\u001b]0;title\u0007\u202e\u009b2J";
    private static final String SHOWN =
            "\\u001b[31mred\\u001b[0m\\u001b]0;title\\u0007\\u202e\\u009b2J";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Terminal terminal(boolean colour) {
        return new Terminal(print(out), print(err), colour, colour, 80);
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    @Test
    void escapesHoweverItIsPrinted() {
        PrintStream stream = terminal(false).out();
        stream.print(NAME);
        stream.println(NAME);
        stream.println((Object) NAME);
        stream.println(NAME.toCharArray());
        stream.printf("%s%n", NAME);
        stream.append(NAME).append('\u001b').append(NAME, 0, 1);
        stream.print('\u001b');
        assertThat(text(out))
                .isEqualTo(SHOWN + (SHOWN + "\n").repeat(4) + SHOWN + "\\u001b".repeat(3));
    }

    @Test
    void escapesStackTraces() {
        new IllegalStateException(NAME).printStackTrace(terminal(false).err());
        assertThat(text(err))
                .startsWith("java.lang.IllegalStateException: " + SHOWN + "\n\tat ")
                .doesNotContain("\u001b");
    }

    @Test
    void keepsOneLineOne() {
        terminal(false).say("a\nerror: b\rc");
        assertThat(text(err)).isEqualTo("a\\u000aerror: b\\u000dc\n");
    }

    @Test
    void keepsItsOwnColours() {
        Terminal terminal = terminal(true);
        terminal.error(NAME);
        terminal.printStyled(terminal.bold(NAME));
        assertThat(text(err)).isEqualTo("\u001b[31merror: \u001b[0m" + SHOWN + "\n");
        assertThat(text(out)).isEqualTo("\u001b[1m" + SHOWN + "\u001b[0m");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void setsTablesByWhatIsShown(boolean colour) {
        Terminal terminal = terminal(colour);
        terminal.printStyled(new Table("name", "#n").row("a\u001bb\nc", 1).text(terminal));
        String header = "name             n";
        assertThat(text(out))
                .isEqualTo(
                        (colour ? "\u001b[1m" + header + "\u001b[0m" : header)
                                + "\na\\u001bb\\u000ac  1\n");
    }

    @Test
    void showsALineThatIsForgedAsOne() {
        terminal(false).say(NAME + "\nforged");
        assertThat(text(err)).isEqualTo(SHOWN + "\\u000aforged\n");
    }

    @Test
    void drawsBarsOverALineWithEscapedNames() throws Exception {
        try (Progress.Task task = terminal(true).progress().begin(NAME, 10, "images")) {
            task.advance(5);
            task.show("\u0007loss");
            Thread.sleep(700);
        }
        assertThat(text(err))
                .contains("\r", "\\u001b[31mred")
                .doesNotContain("\u001b[31mred", "\u001b]0;", "\u0007", "\u202e");
    }
}
