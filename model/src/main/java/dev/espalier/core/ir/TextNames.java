package dev.espalier.core.ir;

/** How names and strings stand in {@link GraphText}. */
final class TextNames {
    private TextNames() {}

    static boolean isPlain(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '_'
                || c == '.'
                || c == '/';
    }

    /** {@code name} as it is where that reads back, else quoted. */
    static String of(String name) {
        boolean plain =
                !name.isEmpty()
                        && !Character.isDigit(name.charAt(0))
                        && name.charAt(0) != '.'
                        && name.chars().allMatch(c -> isPlain((char) c));
        return plain ? name : quoted(name);
    }

    static String quoted(String text) {
        return '"'
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                + '"';
    }
}
