package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.core.pass.OptionSpec;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.DataOptions;
import dev.espalier.core.recipe.Options;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeSchema;
import dev.espalier.core.recipe.RecipeWriter;
import dev.espalier.quantize.option.KeepFloat;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
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
                        "upgrade-opset",
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

    /** The records of options that recipes reach: passes, blocks inside them, the recipe itself. */
    static Set<Class<?>> records() {
        Set<Class<?>> found = new LinkedHashSet<>();
        collect(Recipe.class, found);
        ids().forEach(id -> collect(type(id), found));
        found.removeIf(type -> type.getRecordComponents().length == 0);
        return found;
    }

    private static void collect(Class<?> type, Set<Class<?>> found) {
        if (found.add(type)) {
            OptionSpec.of(type).stream()
                    .filter(OptionSpec::isNested)
                    .forEach(spec -> collect(spec.element(), found));
        }
    }

    @Test
    void theRecordsOfOptionsAreThere() {
        assertThat(records())
                .hasSizeGreaterThan(45)
                .contains(Recipe.class, DataOptions.Validation.class, KeepFloat.class);
    }

    @ParameterizedTest
    @MethodSource("records")
    void everyOptionHasAWither(Class<?> type) {
        List<String> withers =
                Arrays.stream(type.getMethods())
                        .filter(method -> method.getReturnType() == type)
                        .map(method -> method.getName() + Arrays.asList(method.getParameterTypes()))
                        .toList();
        String builder =
                type.getName().substring(type.getPackageName().length() + 1).replace("$", "")
                        + "Builder";
        assertThat(withers)
                .as(
                        "%s has no withX for each option: write @Withers above it and let it"
                                + " implement %s.With",
                        type.getName(), builder)
                .containsAll(
                        Arrays.stream(type.getRecordComponents())
                                .map(PassCatalogTest::wither)
                                .toList());
    }

    private static String wither(RecordComponent option) {
        String name = option.getName();
        return "with"
                + name.substring(0, 1).toUpperCase(Locale.ROOT)
                + name.substring(1)
                + List.of(option.getType());
    }

    @ParameterizedTest
    @MethodSource("records")
    void defaultsAreThereOrWhatTakesTheRest(Class<?> type) throws Exception {
        Class<?>[] required =
                IntStream.range(0, type.getRecordComponents().length)
                        .filter(i -> OptionSpec.of(type).get(i).isRequired())
                        .mapToObj(i -> type.getRecordComponents()[i].getType())
                        .toArray(Class<?>[]::new);
        if (required.length > 0) {
            assertThat(type.getMethod("of", required).getReturnType())
                    .as("%s.of takes the options that have no default", type.getName())
                    .isEqualTo(type);
            return;
        }
        Record defaults = Options.defaults(type.asSubclass(Record.class));
        assertThat(defaults).isInstanceOf(type);
        for (RecordComponent option : type.getRecordComponents()) {
            Object value = option.getAccessor().invoke(defaults);
            assertThat(type.getMethod(wither(option).replaceAll("\\[.*", ""), option.getType()))
                    .returns(defaults, wither -> invoked(wither, defaults, value));
        }
    }

    private static Object invoked(Method method, Object target, Object argument) {
        try {
            return method.invoke(target, argument);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("ids")
    void aProgramHasTheDefaultsOfARecipe(String id) {
        Pass pass = MinimalRecipe.pass(REGISTRY, id);
        assertThat(Options.defaults(type(id).asSubclass(Record.class))).isEqualTo(pass);
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
