package dev.espalier.runtime.isolation;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command that starts a JVM like this one for short work. */
final class JvmCommand {
    /** Options of this JVM that the other one needs: where natives lie, what may be accessed. */
    private static final List<String> HANDED_ON =
            List.of("-D", "--enable-native-access", "--add-", "--sun-misc", "-Xmx");

    private JvmCommand() {}

    /** Runs {@code main}; the class path is left to the environment. */
    static List<String> of(Class<?> main, String argument) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> HANDED_ON.stream().anyMatch(option::startsWith))
                .forEach(command::add);
        command.add("-Xshare:auto");
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-XX:+UseSerialGC");
        command.add("-XX:-CreateCoredumpOnCrash");
        // The JVM's account of a crash would lie in the user's folder; the signal is told on the
        // standard output as well.
        command.add("-XX:ErrorFile=" + (isWindows() ? "NUL" : "/dev/null"));
        command.add(main.getName());
        command.add(argument);
        return command;
    }

    private static boolean isWindows() {
        return System.getProperty("os.name").startsWith("Windows");
    }
}
