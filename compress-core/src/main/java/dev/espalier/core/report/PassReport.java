package dev.espalier.core.report;

import dev.espalier.core.pass.PassRun;
import java.util.List;

/**
 * What one pass did.
 *
 * @param id of the pass, as in the recipe
 * @param options all of them as resolved, defaults included, in the recipe's notation
 * @param seconds of wall clock, measurements before and after not included
 * @param before the model that went in; its metrics are of the validation split
 * @param after the model that came out; its metrics are of the validation split
 * @param notes what was done, in sentences
 * @param skipped what was refused, and why
 * @param curves what training showed on the way
 * @param attempts what the recipe's guard tried; empty where there was nothing to try
 * @param layerErrors how much of the output's error comes from each layer, the greatest first
 */
public record PassReport(
        String id,
        String options,
        double seconds,
        ModelFacts before,
        ModelFacts after,
        List<String> notes,
        List<Skipped> skipped,
        List<Curve> curves,
        List<PassRun.Attempt> attempts,
        List<PassRun.LayerError> layerErrors) {
    /**
     * A refused rewrite.
     *
     * @param where node or value
     */
    public record Skipped(String where, String reason) {}

    public PassReport {
        options = options == null ? "" : options;
        notes = notes == null ? List.of() : List.copyOf(notes);
        skipped = skipped == null ? List.of() : List.copyOf(skipped);
        curves = curves == null ? List.of() : List.copyOf(curves);
        attempts = attempts == null ? List.of() : List.copyOf(attempts);
        layerErrors = layerErrors == null ? List.of() : List.copyOf(layerErrors);
    }
}
