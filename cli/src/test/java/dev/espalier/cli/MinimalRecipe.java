package dev.espalier.cli;

import dev.espalier.core.pass.OptionSpec;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;

/** A recipe of one pass with its defaults, and for each option that must be given a valid value. */
final class MinimalRecipe {
    private MinimalRecipe() {}

    static Recipe of(PassRegistry registry, String id) {
        StringBuilder options = new StringBuilder();
        for (OptionSpec spec : OptionSpec.of(registry.find(id).orElseThrow())) {
            if (spec.isRequired()) {
                options.append(options.length() == 0 ? "" : ", ");
                options.append(spec.key()).append(": ").append(valid(spec));
            }
        }
        return parse(
                registry,
                "data: {format: idx, path: x}\npasses: [{%s: {%s}}]".formatted(id, options));
    }

    static Pass pass(PassRegistry registry, String id) {
        return of(registry, id).passes().get(0);
    }

    static Recipe parse(PassRegistry registry, String yaml) {
        return new RecipeReader(registry)
                .parse(
                        yaml,
                        "recipe of " + yaml.length() + " characters",
                        RecipeReader.Changes.NONE);
    }

    private static String valid(OptionSpec spec) {
        if (spec.element().isEnum()) {
            return OptionSpec.choices(spec.element()).get(0);
        }
        return OptionSpec.number(Double.isFinite(spec.max()) ? spec.max() : spec.min());
    }
}
