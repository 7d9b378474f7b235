package dev.espalier.core.recipe;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.pass.OptionSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

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
        List<OptionSpec> required = required(type);
        if (!required.isEmpty()) {
            throw new InvalidOptionException(
                    required.stream()
                                    .map(option -> option.key() + " (" + option.kind() + ")")
                                    .collect(
                                            Collectors.joining(
                                                    " and ", "there is no default of ", ""))
                            + "; give it to %s.of, which has the defaults of the rest"
                                    .formatted(type.getSimpleName()));
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
        required(type)
                .forEach(
                        option ->
                                entries.put(option.key(), new Tree.Entry(place, place.nothing())));
        return OptionBinder.bind(
                type, new Tree.Mapping(place, entries), type.getSimpleName(), given);
    }

    private static List<OptionSpec> required(Class<?> type) {
        return OptionSpec.of(type).stream().filter(OptionSpec::isRequired).toList();
    }
}
