package dev.espalier.core.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What somebody needs to take the same figures again.
 *
 * @param versions of Espalier and the libraries that ran, by name
 * @param seed of the recipe
 * @param sha256 of what went in and what came out, in hexadecimal: {@code recipe}, {@code model},
 *     {@code data}, {@code result}
 */
public record Environment(
        Machine machine, Map<String, String> versions, long seed, Map<String, String> sha256) {
    public Environment {
        versions = copy(versions);
        sha256 = copy(sha256);
    }

    private static Map<String, String> copy(Map<String, String> map) {
        return map == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
