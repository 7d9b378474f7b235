package dev.espalier.runtime.isolation;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a process printed before its end, and what that end was. */
final class LastWords {
    /** {@code # SIGFPE (0x8) at pc=0x...}: the JVM's account of a signal; Windows' words, too. */
    private static final Pattern SIGNAL = Pattern.compile("#\\s+((?:SIG|EXCEPTION_)\\w+) \\(.*");

    private static final int SIGNALLED = 128;
    private static final int SIGKILL = 9;

    private String signal;
    private String last;

    synchronized void add(String line) {
        Matcher matcher = SIGNAL.matcher(line);
        if (matcher.matches()) {
            signal = matcher.group(1);
        } else if (!line.isBlank() && !line.startsWith("#") && !isStackFrame(line)) {
            last = line.strip();
        }
    }

    private static boolean isStackFrame(String line) {
        return line.startsWith("\tat ") || line.startsWith("\t...");
    }

    /**
     * How the process ended, in a sentence.
     *
     * @param doing what it was to do, such as {@code run the model}
     * @param code its exit code
     */
    synchronized String ending(String doing, int code) {
        String end = "ONNX Runtime ends the process that is to " + doing;
        if (signal != null) {
            return end + ", with " + signal + meaning().map(words -> " (" + words + ")").orElse("");
        }
        if (code == SIGNALLED + SIGKILL) {
            return end + "; the system killed it, most likely for want of memory";
        }
        String words = last == null ? "" : "; its last words are: " + last;
        return end
                + (code > SIGNALLED ? ", with signal " + (code - SIGNALLED) : ", code " + code)
                + words;
    }

    private Optional<String> meaning() {
        return Optional.ofNullable(
                switch (signal) {
                    case "SIGFPE", "EXCEPTION_INT_DIVIDE_BY_ZERO" ->
                            "an integer division that has no result";
                    case "SIGSEGV", "SIGBUS", "EXCEPTION_ACCESS_VIOLATION" ->
                            "an access outside of its memory";
                    case "SIGABRT" -> "a check of its own that failed";
                    case "SIGILL", "EXCEPTION_ILLEGAL_INSTRUCTION" ->
                            "an instruction that this CPU does not have";
                    default -> null;
                });
    }
}
