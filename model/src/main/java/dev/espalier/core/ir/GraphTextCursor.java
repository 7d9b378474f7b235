package dev.espalier.core.ir;

import dev.espalier.core.ModelFormatException;
import dev.espalier.core.ir.GraphTextLexer.Kind;
import dev.espalier.core.ir.GraphTextLexer.Token;
import java.util.List;

/** Takes the words of {@link GraphText} one by one. */
abstract class GraphTextCursor {
    private final List<Token> tokens;
    private int at;

    GraphTextCursor(List<Token> tokens) {
        this.tokens = tokens;
    }

    final String item() {
        return peek().kind() == Kind.STRING ? name() : number();
    }

    static boolean isInteger(String number) {
        return number.matches("[+-]?[0-9]+");
    }

    final long toLong(String number) {
        try {
            return Long.parseLong(number);
        } catch (NumberFormatException e) {
            throw error("expected a whole number, found '" + number + "'");
        }
    }

    final double toDouble(String number) {
        try {
            return TensorText.real(number);
        } catch (NumberFormatException e) {
            throw error("expected a number, found '" + number + "'");
        }
    }

    final long integer() {
        return toLong(number());
    }

    final String number() {
        Token token = peek();
        if (token.kind() != Kind.NUMBER && token.kind() != Kind.NAME) {
            throw error("expected a number, found " + token);
        }
        at++;
        return token.text();
    }

    final String name() {
        Token token = peek();
        if (token.kind() != Kind.NAME && token.kind() != Kind.STRING) {
            throw error("expected a name, found " + token);
        }
        at++;
        return token.text();
    }

    /** Whether the next token is this name. */
    final boolean isWord(String word) {
        return peek().kind() == Kind.NAME && peek().text().equals(word);
    }

    /** Takes the next token where it is this name. */
    final boolean acceptWord(String word) {
        if (isWord(word)) {
            at++;
            return true;
        }
        return false;
    }

    final void word(String word) {
        if (!acceptWord(word)) {
            throw error("expected '" + word + "', found " + peek());
        }
    }

    final void symbol(String symbol) {
        if (!accept(symbol)) {
            throw error("expected '" + symbol + "', found " + peek());
        }
    }

    final boolean accept(String symbol) {
        if (peek().is(symbol)) {
            at++;
            return true;
        }
        return false;
    }

    final Token peek() {
        return tokens.get(at);
    }

    /** Whether a symbol comes after the next token. */
    final boolean followsSymbol() {
        return at + 1 < tokens.size() && tokens.get(at + 1).kind() == Kind.SYMBOL;
    }

    /** The token that was taken last. */
    final Token last() {
        return tokens.get(at - 1);
    }

    final void skip() {
        at++;
    }

    /** An error in what has been read, not in what comes next. */
    final ModelFormatException wrong(String message) {
        return new ModelFormatException("line " + last().line() + ": " + message);
    }

    final ModelFormatException error(String message) {
        return new ModelFormatException("line " + peek().line() + ": " + message);
    }
}
