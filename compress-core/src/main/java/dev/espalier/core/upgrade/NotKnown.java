package dev.espalier.core.upgrade;

/** A node that cannot be rewritten; the message names it and says why. */
final class NotKnown extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotKnown(String why) {
        super(why);
    }
}
