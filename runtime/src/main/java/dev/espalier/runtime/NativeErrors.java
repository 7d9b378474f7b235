package dev.espalier.runtime;

import ai.onnxruntime.OrtException;
import dev.espalier.core.UnsupportedModelException;
import java.util.regex.Pattern;

/** Turns ONNX Runtime's errors into sentences a user can read. */
final class NativeErrors {
    private static final int LONGEST = 300;
    private static final Pattern PREFIX =
            Pattern.compile("^Error code - (\\S+) - message: ", Pattern.DOTALL);

    /**
     * {@code /path/of/its/source.cc:123 void some::function(...) [with ...] condition was false. }
     */
    private static final Pattern SOURCE_PLACE =
            Pattern.compile("\\S*/\\S+\\.(?:cc|h|cpp):\\d+ .*?(?:was false\\. |\\) ?(?=[A-Z]|$))");

    private NativeErrors() {}

    /**
     * @param doing what was asked of the runtime, such as {@code load the model}
     */
    static UnsupportedModelException translate(String doing, OrtException e) {
        return new UnsupportedModelException(
                "ONNX Runtime cannot " + doing + ": " + shorten(e.getMessage()), e);
    }

    /** The runtime's own words with the node's name, without places in its C++ sources. */
    static String shorten(String message) {
        String words = PREFIX.matcher(String.valueOf(message)).replaceFirst("");
        words = SOURCE_PLACE.matcher(words).replaceAll("").replaceAll("\\s+", " ").strip();
        return words.length() <= LONGEST ? words : words.substring(0, LONGEST) + "...";
    }
}
