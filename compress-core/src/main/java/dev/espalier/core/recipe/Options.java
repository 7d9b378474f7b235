package dev.espalier.core.recipe;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.pass.OptionSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Passes and other records of options for programs, each option as a recipe has it that does not
 * name it. What is to be otherwise is changed by name:
 *
 * <pre>
 *   Options.defaults(Prune.class).withMacs(0.7)
 * </pre>
 */
public final class Options {
    private Options() {}

    /**
     * A record of {@code type} with the default of every option.
     *
     * @throws InvalidOptionException where an option has none, naming it
     */
    public static <T extends Record> T defaults(Class<T> type) {
        List<String> required = required(type);
        if (!required.isEmpty()) {
            throw new InvalidOptionException(
                    "%s has no default of %s; %1$s.of takes what must be given, and withers change the rest"
                            .formatted(type.getSimpleName(), String.join(", ", required)));
        }
        return of(type, Map.of());
    }

    /**
     * The same with the options that have no default.
     *
     * @param given readers, by key, of these options and of those whose types have a syntax of
     *     their own
     */
    static <T> T of(Class<T> type, Map<String, Function<Tree, Object>> given) {
        Place place = Place.of(type.getSimpleName());
        Map<String, Tree.Entry> entries = new LinkedHashMap<>();
        required(type).forEach(key -> entries.put(key, new Tree.Entry(place, place.nothing())));
        return OptionBinder.bind(
                type, new Tree.Mapping(place, entries), type.getSimpleName(), given);
    }

    private static List<String> required(Class<?> type) {
        return OptionSpec.of(type).stream()
                .filter(OptionSpec::isRequired)
                .map(OptionSpec::key)
                .toList();
    }
}
