package dev.espalier.core.recipe;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.metric.MetricRegistry;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassRegistry;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads recipes and checks them against what the passes at hand declare. */
public final class RecipeReader {
    private final PassRegistry registry;

    public RecipeReader(PassRegistry registry) {
        this.registry = registry;
    }

    /**
     * What the command line changes in a recipe before it is checked.
     *
     * @param model path that replaces the recipe's
     * @param data path that replaces the one of the recipe's data block
     * @param assignments such as {@code passes.0.prune.macs=0.5}
     */
    public record Changes(Optional<String> model, Optional<String> data, List<String> assignments) {
        public static final Changes NONE =
                new Changes(Optional.empty(), Optional.empty(), List.of());
    }

    /**
     * @throws InvalidOptionException naming file, line and column, where the recipe is wrong or
     *     cannot be read
     */
    public Recipe read(Path file, Changes changes) {
        String text;
        try {
            // Four bytes is the longest character; what is cut off here fails the length check.
            long size = Files.size(file);
            if (size > 4L * TreeReader.MOST_CHARACTERS) {
                throw new InvalidOptionException(
                        file + ": " + size + " bytes are too many for a recipe");
            }
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new InvalidOptionException(
                    file + ": there is no such recipe; 'espalier recipe init' writes one", e);
        } catch (CharacterCodingException e) {
            throw new InvalidOptionException(file + ": not a recipe, it is not UTF-8 text", e);
        } catch (IOException e) {
            throw new InvalidOptionException(file + ": cannot be read: " + e.getMessage(), e);
        }
        return parse(text, file.toString(), changes);
    }

    /**
     * @param source how messages call the text
     * @throws InvalidOptionException where the recipe is wrong
     */
    public Recipe parse(String text, String source, Changes changes) {
        Tree tree = Overrides.apply(TreeReader.read(text, source), changes.assignments());
        tree = Overrides.put(tree, List.of("model"), changes.model(), "--model");
        tree = Overrides.put(tree, List.of("data", "path"), changes.data(), "--data");
        if (tree.isNothing()) {
            throw tree.place().error("the recipe is empty; 'espalier recipe init' shows one");
        }
        List<Place> places = new ArrayList<>();
        Map<String, Function<Tree, Object>> special =
                Map.of(
                        "passes",
                        value -> passes(value, places),
                        "input-shapes",
                        RecipeReader::shapes);
        Recipe recipe = OptionBinder.bind(Recipe.class, tree, "the recipe", special);
        check(recipe, tree.place(), places);
        return recipe;
    }

    private void check(Recipe recipe, Place top, List<Place> places) {
        checkMetrics(recipe, top);
        if (recipe.data().isPresent()) {
            return;
        }
        for (int i = 0; i < places.size(); i++) {
            if (recipe.passes().get(i).needsData()) {
                throw places.get(i)
                        .error(
                                "pass '%s' needs data, and the recipe has no data block"
                                        .formatted(PassRegistry.id(recipe.passes().get(i))));
            }
        }
        if (recipe.guard().bound().isPresent()) {
            throw top.error("'guard' needs data, and the recipe has no data block");
        }
        if (recipe.goal().maxDrop().isPresent()) {
            throw top.error("goal 'max-drop' needs data, and the recipe has no data block");
        }
        if (!recipe.metrics().isEmpty() || !recipe.goal().metrics().isEmpty()) {
            throw top.error("'metrics' need data, and the recipe has no data block");
        }
    }

    /** A goal for speed or without metrics loads none. */
    private static void checkMetrics(Recipe recipe, Place top) {
        Set<String> asked = new LinkedHashSet<>(recipe.metrics());
        recipe.goal().metrics().forEach(goal -> asked.add(goal.metric()));
        if (asked.isEmpty()) {
            return;
        }
        Collection<String> known = MetricRegistry.load().ids();
        for (String id : asked) {
            if (!known.contains(id)) {
                throw top.error(
                        "there is no metric '%s'%s (metrics of one's own come in the jars of --plugins)"
                                .formatted(id, Nearest.hint(id, known)));
            }
        }
    }

    private List<Pass> passes(Tree tree, List<Place> places) {
        if (!(tree instanceof Tree.Sequence list)) {
            throw tree.place()
                    .error(
                            "'passes' takes a list, found %s; write '- prune: {macs: 0.5}'"
                                    .formatted(tree.describe()));
        }
        List<Pass> passes = new ArrayList<>();
        for (Tree item : list.items()) {
            places.add(item.place());
            passes.add(pass(item));
        }
        return passes;
    }

    private Pass pass(Tree item) {
        if (item instanceof Tree.Scalar name && !name.isNull()) {
            return pass(name.text(), name.place(), name.place().nothing());
        }
        if (!(item instanceof Tree.Mapping block) || block.entries().size() != 1) {
            throw item.place()
                    .error(
                            "a pass is its id and its options, such as 'prune: {macs: 0.5}';"
                                    + " found "
                                    + item.describe());
        }
        Map.Entry<String, Tree.Entry> only = block.entries().entrySet().iterator().next();
        return pass(only.getKey(), only.getValue().place(), only.getValue().value());
    }

    private Pass pass(String id, Place place, Tree options) {
        Class<? extends Pass> type =
                registry.find(id)
                        .orElseThrow(
                                () ->
                                        place.error(
                                                "there is no pass '%s'%s"
                                                        .formatted(
                                                                id,
                                                                Nearest.hint(id, registry.ids()))));
        return OptionBinder.bind(type, options, "pass '" + id + "'", Map.of());
    }

    /** The pass {@code id} with all its defaults. */
    public Pass standard(String id) {
        Place place = Place.of(id);
        return pass(id, place, place.nothing());
    }

    /**
     * Shapes by input name, written as a recipe's {@code input-shapes}.
     *
     * @throws InvalidOptionException where {@code text} is no such block
     */
    public static Map<String, Shape> shapes(String text, String source) {
        return shapes(TreeReader.read(text, source));
    }

    static Map<String, Shape> shapes(Tree tree) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        if (tree.isNothing()) {
            return shapes;
        }
        if (!(tree instanceof Tree.Mapping block)) {
            throw tree.place()
                    .error(
                            "'input-shapes' takes a block such as {input: [1, 3, 224, 224]},"
                                    + " found "
                                    + tree.describe());
        }
        block.entries().forEach((name, entry) -> shapes.put(name, shape(entry.value())));
        return shapes;
    }

    private static Shape shape(Tree tree) {
        if (!(tree instanceof Tree.Sequence list)) {
            throw tree.place().error("a shape is a list of sizes, found " + tree.describe());
        }
        return Shape.of(
                list.items().stream()
                        .mapToLong(
                                item -> {
                                    if (item instanceof Tree.Scalar size
                                            && size.text().matches("[1-9]\\d{0,8}")) {
                                        return Long.parseLong(size.text());
                                    }
                                    throw item.place()
                                            .error(
                                                    "a size is a whole number from 1, found "
                                                            + item.describe());
                                })
                        .toArray());
    }
}
