package dev.espalier.core.recipe;

import dev.espalier.core.InvalidOptionException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Changes single values of a recipe, as {@code --set passes.0.prune.macs=0.5} asks. */
final class Overrides {
    /** Deeper than any option lies. */
    private static final int MOST_PARTS = 32;

    /** What is longer is cut off in messages. */
    private static final int SHOWN = 100;

    private Overrides() {}

    /**
     * @param assignments each a path of keys and list positions from 0, then {@code =} and a value
     *     in YAML
     */
    static Tree apply(Tree recipe, List<String> assignments) {
        Tree changed = recipe;
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            Place place = Place.of("--set " + shown(assignment));
            if (equals < 1) {
                throw place.error("expected KEY=VALUE, such as passes.0.prune.macs=0.5");
            }
            Tree value = TreeReader.read(assignment.substring(equals + 1), place.source());
            String[] path = assignment.substring(0, equals).split("\\.", -1);
            if (path.length > MOST_PARTS) {
                throw place.error(
                        "the key has %s parts, expected at most %s"
                                .formatted(path.length, MOST_PARTS));
            }
            changed = set(changed, List.of(path), value, place);
        }
        return changed;
    }

    private static String shown(String assignment) {
        return assignment.length() <= SHOWN ? assignment : assignment.substring(0, SHOWN) + "…";
    }

    /** {@code recipe} with the text {@code value} at {@code path}, where there is one. */
    static Tree put(Tree recipe, List<String> path, Optional<String> value, String option) {
        Place place = Place.of(option);
        return value.map(text -> set(recipe, path, new Tree.Scalar(place, text, true), place))
                .orElse(recipe);
    }

    private static Tree set(Tree tree, List<String> path, Tree value, Place place) {
        if (path.isEmpty()) {
            return value;
        }
        String head = path.get(0);
        List<String> rest = path.subList(1, path.size());
        if (tree instanceof Tree.Sequence list) {
            List<Tree> items = new ArrayList<>(list.items());
            int index = index(head, items.size(), place);
            items.set(index, set(items.get(index), rest, value, place));
            return new Tree.Sequence(list.place(), items);
        }
        Map<String, Tree.Entry> entries = new LinkedHashMap<>();
        if (tree instanceof Tree.Mapping block) {
            entries.putAll(block.entries());
        } else if (tree instanceof Tree.Scalar scalar && scalar.text().equals(head)) {
            // A pass written as its bare name: "- prune" is "- prune: {}".
            entries.put(head, new Tree.Entry(scalar.place(), nothing(scalar.place())));
        } else if (!tree.isNothing()) {
            throw place.error(
                    "'%s' leads into %s at %s, which has no keys"
                            .formatted(head, tree.describe(), tree.place()));
        }
        Tree before = entries.containsKey(head) ? entries.get(head).value() : nothing(place);
        entries.put(head, new Tree.Entry(place, set(before, rest, value, place)));
        return new Tree.Mapping(tree.place(), entries);
    }

    private static int index(String text, int size, Place place) throws InvalidOptionException {
        if (text.matches("\\d{1,6}") && Integer.parseInt(text) < size) {
            return Integer.parseInt(text);
        }
        throw place.error(
                "'%s' is no position in a list of %s; positions count from 0"
                        .formatted(text, size));
    }

    private static Tree nothing(Place place) {
        return new Tree.Scalar(place, "", false);
    }
}
