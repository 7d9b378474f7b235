package dev.espalier.cli;

import dev.espalier.ForeignModels;
import dev.espalier.benchmarks.Latency;
import dev.espalier.cli.command.CommandFactory;
import dev.espalier.cli.command.Espalier;
import dev.espalier.cli.terminal.Cancellation;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.terminal.Terminal;
import dev.espalier.core.CancelledException;
import dev.espalier.core.CompressionException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;

/** Entry of the process: runs one command and turns every failure into a sentence and a code. */
public final class Main {
    private Main() {}

    /** Runs the command line {@code args} and ends the process. */
    public static void main(String[] args) {
        // Numbers are for programs as well, which know no digits but 0 to 9 and no comma.
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        Terminal terminal = Terminal.of(utf8(System.out), utf8(System.err), System.getenv());
        Cancellation cancellation = new Cancellation();
        cancellation.listen(terminal);
        int code = run(terminal, cancellation, args);
        if (terminal.out().checkError() && code == ExitCode.DONE) {
            terminal.error("standard output could not be written to");
            code = ExitCode.INTERNAL;
        }
        System.exit(code);
    }

    private static PrintStream utf8(PrintStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    static int run(Terminal terminal, Cancellation cancellation, String... args) {
        try (ForeignModels foreign = new ForeignModels()) {
            return run(new Espalier(terminal, cancellation, Latency::measure, foreign), args);
        }
    }

    static int run(Espalier root, String... args) {
        Terminal terminal = root.terminal();
        CommandLine commandLine = new CommandLine(root, new CommandFactory(root));
        commandLine
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new java.io.PrintWriter(terminal.out(), true))
                .setErr(new java.io.PrintWriter(terminal.err(), true))
                .setUsageHelpWidth(Math.max(80, Math.min(100, terminal.width())))
                .setColorScheme(
                        CommandLine.Help.defaultColorScheme(
                                terminal.colour()
                                        ? CommandLine.Help.Ansi.ON
                                        : CommandLine.Help.Ansi.OFF))
                .setParameterExceptionHandler((e, given) -> usage(terminal, e))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(root, e));
        try {
            return commandLine.execute(args);
        } catch (StackOverflowError | OutOfMemoryError e) {
            return failed(root, e);
        }
    }

    private static int usage(Terminal terminal, CommandLine.ParameterException e) {
        CommandLine command = e.getCommandLine();
        terminal.error(e.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(
                e, new java.io.PrintWriter(terminal.err(), true))) {
            terminal.say("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        }
        return ExitCode.USAGE;
    }

    private static int failed(Espalier root, Throwable e) {
        Terminal terminal = root.terminal();
        if (root.debug()) {
            e.printStackTrace(terminal.err());
        }
        if (root.cancellation().isAsked() && !(e instanceof CancelledException)) {
            // Ctrl-C reaches forked JVMs too, and their end is then no failure.
            terminal.say("stopped");
            return ExitCode.INTERRUPTED;
        }
        if (e instanceof CompressionException known) {
            if (known instanceof CancelledException) {
                terminal.say(known.getMessage());
            } else {
                terminal.error(known.getMessage());
            }
            return ExitCode.of(known);
        }
        terminal.error(internal(e) + (root.debug() ? "" : " Run again with --debug for details."));
        return ExitCode.INTERNAL;
    }

    private static String internal(Throwable e) {
        if (e instanceof OutOfMemoryError) {
            return "not enough memory (%s MiB); give more, for example ESPALIER_JAVA_OPTS=-Xmx8g."
                    .formatted(Runtime.getRuntime().maxMemory() >> 20);
        }
        return "internal error: " + e + ".";
    }
}
