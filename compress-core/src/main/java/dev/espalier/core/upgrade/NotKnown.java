package dev.espalier.core.upgrade;

import dev.espalier.core.CompressionException;

/**
 * A node that cannot be rewritten; the message names it and says why. {@link OpsetUpgrade} makes of
 * it what callers see.
 */
final class NotKnown extends CompressionException {
    private static final long serialVersionUID = 1;

    NotKnown(String why) {
        super(why, null);
    }

    @Override
    public NotKnown at(String place) {
        return new NotKnown(place + ": " + getMessage());
    }
}
