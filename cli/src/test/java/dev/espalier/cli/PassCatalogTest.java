package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.core.pass.OptionSpec;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeSchema;
import dev.espalier.core.recipe.RecipeWriter;
import java.util.Collection;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every pass that any module offers. */
class PassCatalogTest {
    private static final PassRegistry REGISTRY = PassRegistry.load();
    private static final int MOST_OPTIONS = 5;

    static Collection<String> ids() {
        return REGISTRY.ids();
    }

    private static Class<? extends Pass> type(String id) {
        return REGISTRY.find(id).orElseThrow();
    }

    @Test
    void thisMilestonesPassesAreThere() {
        assertThat(ids())
                .contains(
                        "simplify",
                        "fold-batch-norm",
                        "train",
                        "prune",
                        "prune-blocks",
                        "distill",
                        "group-conv",
                        "quantize");
    }

    @ParameterizedTest
    @MethodSource("ids")
    void idAndSummaryAreInOrder(String id) {
        assertThat(id).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
        assertThat(PassRegistry.info(type(id)).summary()).matches("[A-Z].{10,120}\\.");
    }

    @ParameterizedTest
    @MethodSource("ids")
    void optionsAreFewAndExplained(String id) {
        assertThat(OptionSpec.of(type(id))).hasSizeLessThanOrEqualTo(MOST_OPTIONS);
        explained(type(id));
    }

    private static void explained(Class<?> type) {
        List<OptionSpec> specs = OptionSpec.of(type);
        for (OptionSpec spec : specs) {
            assertThat(spec.key()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
            assertThat(spec.help()).as(spec.key()).matches("(?s)[A-Z0-9].{8,}");
            if (spec.isNested()) {
                explained(spec.element());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ids")
    void whatIsPrintedReadsBackEqual(String id) {
        Recipe recipe = MinimalRecipe.of(REGISTRY, id);
        assertThat(MinimalRecipe.parse(REGISTRY, RecipeWriter.write(recipe))).isEqualTo(recipe);
        assertThat(recipe.passes()).hasSize(1);
        assertThat(PassRegistry.id(recipe.passes().get(0))).isEqualTo(id);
    }

    @ParameterizedTest
    @MethodSource("ids")
    void theSchemaKnowsEveryOption(String id) throws Exception {
        JsonNode schema = new ObjectMapper().readTree(RecipeSchema.write(REGISTRY));
        JsonNode choices = schema.at("/properties/passes/items/oneOf");
        JsonNode properties =
                StreamSupport.stream(choices.spliterator(), false)
                        .map(choice -> choice.at("/properties/" + id + "/properties"))
                        .filter(found -> !found.isMissingNode())
                        .findFirst()
                        .orElseThrow();
        assertThat(properties.fieldNames())
                .toIterable()
                .containsExactlyElementsOf(
                        OptionSpec.of(type(id)).stream().map(OptionSpec::key).toList());
    }
}
