package dev.espalier.core.ir;

/** One dimension of a {@link Shape}: a number, a name such as {@code N}, or unknown. */
public sealed interface Dim {
    /** The dimension of which nothing is known. */
    Dim UNKNOWN = new Unknown();

    /** A known size, at least 0. */
    record Fixed(long size) implements Dim {
        public Fixed {
            if (size < 0) {
                throw new IllegalArgumentException("negative dimension " + size);
            }
        }

        @Override
        public String toString() {
            return Long.toString(size);
        }
    }

    /** A size that the file leaves open under a name; equal names are equal sizes. */
    record Symbolic(String name) implements Dim {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A size that the file leaves open without a name; not equal to any other size. */
    record Unknown() implements Dim {
        @Override
        public String toString() {
            return "?";
        }
    }

    static Dim of(long size) {
        return new Fixed(size);
    }

    default boolean isFixed() {
        return this instanceof Fixed;
    }

    /**
     * The size of a fixed dimension.
     *
     * @throws IllegalStateException where the dimension is not fixed
     */
    default long size() {
        throw new IllegalStateException("dimension " + this + " has no fixed size");
    }
}
