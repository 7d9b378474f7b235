package dev.espalier.cli;

import dev.espalier.cli.terminal.Cancellation;
import dev.espalier.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** One command, run in this JVM: its exit code and what it printed. */
record CommandRun(int code, String out, String err) {
    static CommandRun of(Object... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String[] args = new String[words.length];
        for (int i = 0; i < words.length; i++) {
            args[i] = words[i].toString();
        }
        Terminal terminal = new Terminal(print(out), print(err), false, false, 100);
        int code = Main.run(terminal, new Cancellation(), args);
        return new CommandRun(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
