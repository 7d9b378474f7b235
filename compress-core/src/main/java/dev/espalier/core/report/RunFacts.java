package dev.espalier.core.report;

import java.util.List;

/**
 * How a result was made.
 *
 * @param model file name of the original
 * @param inputs how one example looks, such as {@code input: FLOAT[1, 3, 32, 32]}
 * @param commands what to type to make it again
 * @param recipe as resolved, YAML
 * @param started ISO 8601, with the offset from UTC
 * @param seconds from reading the original to the last measurement
 * @param notes what the reader should know of the whole, such as "no data given: accuracy was not
 *     measured"
 */
public record RunFacts(
        String model,
        List<String> inputs,
        List<String> commands,
        String recipe,
        String started,
        double seconds,
        List<String> notes) {
    public RunFacts {
        inputs = inputs == null ? List.of() : List.copyOf(inputs);
        commands = commands == null ? List.of() : List.copyOf(commands);
        notes = notes == null ? List.of() : List.copyOf(notes);
    }
}
