package dev.espalier.core.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A piece of YAML that knows where it stands. */
sealed interface Tree {
    Place place();

    /** How messages call this piece: its text, or what kind of thing it is. */
    String describe();

    /**
     * A single word or number.
     *
     * @param quoted whether it is text by its quotes, whatever it looks like
     */
    record Scalar(Place place, String text, boolean quoted) implements Tree {
        boolean isNull() {
            return !quoted && (text.isEmpty() || text.equals("null") || text.equals("~"));
        }

        @Override
        public String describe() {
            if (isNull()) {
                return "nothing";
            }
            String shown = text.length() > 40 ? text.substring(0, 40) + "…" : text;
            return quoted ? "the text '" + shown + "'" : "'" + shown + "'";
        }
    }

    /** A list. */
    record Sequence(Place place, List<Tree> items) implements Tree {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String describe() {
            return "a list";
        }
    }

    /** A block of keys, each with the place of the key and its value, in order. */
    record Mapping(Place place, Map<String, Entry> entries) implements Tree {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        @Override
        public String describe() {
            return entries.keySet().stream().collect(Collectors.joining(", ", "the keys {", "}"));
        }
    }

    /** A key's place and its value. */
    record Entry(Place place, Tree value) {}

    default boolean isNothing() {
        return this instanceof Scalar scalar && scalar.isNull();
    }
}
