package dev.espalier.internal.output;

/**
 * Text from files as a terminal may show it. A model's names are whatever its author wrote: control
 * characters among them would move the cursor, rename the window or clear the screen, and invisible
 * characters make one name look like another. They are written as JSON escapes them, a backslash, a
 * u and four digits, so that they mean the same inside a JSON string.
 */
public final class Printable {
    private Printable() {}

    /** A text of several lines, which stay apart. */
    public static String text(String text) {
        return escaped(text, true);
    }

    /** A text of one line: its breaks and tabs are escaped, too. */
    public static String line(String line) {
        return escaped(line, false);
    }

    private static String escaped(String text, boolean breaks) {
        StringBuilder safe = null;
        for (int at = 0; at < text.length(); ) {
            int character = text.codePointAt(at);
            int next = at + Character.charCount(character);
            boolean shown = isHarmless(character) || breaks && isBreak(text, character, next);
            if (!shown && safe == null) {
                safe = new StringBuilder(text.length() + 16).append(text, 0, at);
            }
            if (safe != null) {
                append(safe, text, at, next, shown);
            }
            at = next;
        }
        return safe == null ? text : safe.toString();
    }

    private static void append(StringBuilder safe, String text, int from, int to, boolean shown) {
        if (shown) {
            safe.append(text, from, to);
            return;
        }
        for (int i = from; i < to; i++) {
            safe.append("\\u%04x".formatted((int) text.charAt(i)));
        }
    }

    private static boolean isBreak(String text, int character, int next) {
        return character == '\n'
                || character == '\t'
                // A Windows line's end; a return alone would let a line be drawn over.
                || character == '\r' && next < text.length() && text.charAt(next) == '\n';
    }

    /** Neither C0, C1 nor DEL, nor of zero width or a change of direction. */
    private static boolean isHarmless(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }
}
