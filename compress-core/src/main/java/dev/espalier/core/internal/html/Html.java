package dev.espalier.core.internal.html;

import java.util.Locale;

/**
 * Writes HTML in which every text and every attribute is escaped: names in a model file may be
 * anything. Only {@link #trusted} takes markup, and only from this package's own resources.
 */
final class Html {
    private final StringBuilder out = new StringBuilder();

    /**
     * Opens {@code tag}.
     *
     * @param attributes names and values in turn
     */
    Html open(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1]);
            out.append('"');
        }
        out.append('>');
        return this;
    }

    Html close(String tag) {
        out.append("</").append(tag).append(">");
        return this;
    }

    /** Ends a line, so that the page's source can be read. */
    Html line() {
        out.append('\n');
        return this;
    }

    Html text(String text) {
        escape(text);
        return this;
    }

    /** An element that holds nothing but {@code text}. */
    Html element(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).close(tag);
    }

    Html trusted(String markup) {
        out.append(markup);
        return this;
    }

    /** A number for an SVG attribute. */
    static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** A share of a whole, for widths; between 0 and 1 whatever was given. */
    static String share(double part, double whole) {
        double ratio = whole > 0 && Double.isFinite(part) ? part / whole : 0;
        return number(100 * Math.min(1, Math.max(0, ratio))) + "%";
    }

    private void escape(String text) {
        text.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '<' -> out.append("&lt;");
                                case '>' -> out.append("&gt;");
                                case '&' -> out.append("&amp;");
                                case '"' -> out.append("&quot;");
                                case '\'' -> out.append("&#39;");
                                default -> out.appendCodePoint(isHarmless(c) ? c : 0xFFFD);
                            }
                        });
    }

    /**
     * Control characters have no place in HTML; format characters would reorder the page or make
     * one name look like another.
     */
    private static boolean isHarmless(int c) {
        boolean control = Character.isISOControl(c) && c != '\n' && c != '\t';
        boolean format = Character.getType(c) == Character.FORMAT;
        boolean surrogate = c >= 0xD800 && c <= 0xDFFF;
        return !control && !format && !surrogate;
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
