package dev.espalier.core.choice;

import java.util.List;

/**
 * Something of which exactly one alternative is taken, such as a layer that is computed in
 * integers, with weights of 4 bits, or in float.
 *
 * @param name what is decided, for messages
 * @param alternatives the first is how things stand
 */
public record Decision<T>(String name, List<Alternative<T>> alternatives) {
    public Decision {
        alternatives = List.copyOf(alternatives);
        if (alternatives.isEmpty()) {
            throw new IllegalArgumentException("'" + name + "' has no alternative");
        }
    }

    /** How things stand. */
    public Alternative<T> now() {
        return alternatives.get(0);
    }
}
