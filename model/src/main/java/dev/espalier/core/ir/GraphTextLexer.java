package dev.espalier.core.ir;

import dev.espalier.core.ModelFormatException;
import java.util.ArrayList;
import java.util.List;

/** Cuts {@link GraphText} into words. */
final class GraphTextLexer {
    enum Kind {
        NAME,
        NUMBER,
        STRING,
        SYMBOL,
        END
    }

    /**
     * @param text unquoted
     * @param line counted from 1
     */
    record Token(Kind kind, String text, int line) {
        boolean is(String symbol) {
            return kind == Kind.SYMBOL && text.equals(symbol);
        }

        @Override
        public String toString() {
            return kind == Kind.END ? "the end" : "'" + text + "'";
        }
    }

    private static final List<String> LONG_SYMBOLS = List.of("->", "::");
    private static final String SYMBOLS = "()[]{}=,:?*@";

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;

    private GraphTextLexer(String text) {
        this.text = text;
    }

    /** All words and one END. */
    static List<Token> tokens(String text) {
        return new GraphTextLexer(text).run();
    }

    private List<Token> run() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                line++;
                at++;
            } else if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '#') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (c == '"') {
                string();
            } else if (startsNumber()) {
                int start = at++;
                while (at < text.length() && continuesNumber()) {
                    at++;
                }
                add(Kind.NUMBER, text.substring(start, at));
            } else if (TextNames.isPlain(c)) {
                int start = at;
                while (at < text.length() && TextNames.isPlain(text.charAt(at))) {
                    at++;
                }
                add(Kind.NAME, text.substring(start, at));
            } else {
                symbol();
            }
        }
        add(Kind.END, "");
        return tokens;
    }

    private boolean startsNumber() {
        char c = text.charAt(at);
        if (c == '-' || c == '+') {
            return at + 1 < text.length() && text.charAt(at + 1) != '>';
        }
        return c >= '0' && c <= '9' || c == '.';
    }

    private boolean continuesNumber() {
        char c = text.charAt(at);
        char before = text.charAt(at - 1);
        return TextNames.isPlain(c) || (c == '-' || c == '+') && (before == 'e' || before == 'E');
    }

    private void string() {
        StringBuilder content = new StringBuilder();
        int start = line;
        for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                char escaped = text.charAt(++at);
                content.append(escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped);
            } else {
                content.append(c);
            }
        }
        if (at >= text.length()) {
            throw new ModelFormatException("line " + start + ": a string is not closed");
        }
        at++;
        add(Kind.STRING, content.toString());
    }

    private void symbol() {
        for (String symbol : LONG_SYMBOLS) {
            if (text.startsWith(symbol, at)) {
                at += symbol.length();
                add(Kind.SYMBOL, symbol);
                return;
            }
        }
        char c = text.charAt(at++);
        if (SYMBOLS.indexOf(c) < 0) {
            throw new ModelFormatException("line " + line + ": unexpected character '" + c + "'");
        }
        add(Kind.SYMBOL, String.valueOf(c));
    }

    private void add(Kind kind, String content) {
        tokens.add(new Token(kind, content, line));
    }
}
