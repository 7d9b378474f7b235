package dev.espalier.core.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.recipe.SamplePasses.Learn;
import dev.espalier.core.recipe.SamplePasses.Rule;
import dev.espalier.core.recipe.SamplePasses.Trim;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void everyOptionHasItsDefaultAndBlocksHaveTheirs() {
        assertThat(Options.defaults(Learn.class))
                .isEqualTo(
                        new Learn(new SamplePasses.Schedule(10, 0.1), true, 7, Optional.empty()));
        assertThat(Options.defaults(Goal.class).maxDrop()).isEmpty();
    }

    @Test
    void withersChangeOneOptionEach() {
        Trim trim = Trim.of(0.5);
        assertThat(trim).isEqualTo(new Trim(Rule.L1, 0.5, List.of(), Optional.empty()));
        assertThat(trim.withKeep(List.of("a")).withMacs(0.75))
                .isEqualTo(new Trim(Rule.L1, 0.75, List.of("a"), Optional.empty()));
        assertThat(trim.with(all -> all.macs(0.25).criterion(Rule.GEOMETRIC_MEDIAN)))
                .isEqualTo(new Trim(Rule.GEOMETRIC_MEDIAN, 0.25, List.of(), Optional.empty()));
    }

    @Test
    void whatTheRecordRefusesAWitherRefuses() {
        Trim rounding = Trim.of(0.5).withRoundTo(Optional.of(8));
        assertThatThrownBy(() -> rounding.withCriterion(Rule.GEOMETRIC_MEDIAN))
                .hasMessage("geometric-median cannot round");
        BenchmarkOptions benchmark = Options.defaults(BenchmarkOptions.class);
        assertThatThrownBy(() -> benchmark.withThreads(List.of()))
                .hasMessage("at least one thread count and one batch size");
    }

    @Test
    void whatHasNoDefaultIsNamedWithWhatTakesIt() {
        assertThatThrownBy(() -> Options.defaults(Trim.class))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessage(
                        "there is no default of macs (number from 0.01 to 1); give it to Trim.of,"
                                + " which has the defaults of the rest");
        assertThatThrownBy(() -> Options.defaults(DataOptions.class))
                .hasMessageContaining("format (")
                .hasMessageContaining(" and path (text); give it to DataOptions.of,");
        assertThatThrownBy(() -> Options.defaults(Recipe.class))
                .hasMessageContaining("passes (list of passes); give it to Recipe.of,");
    }

    @Test
    void recipesAndTheirDataAreThoseOfAFileThatSaysNothingElse() {
        Recipe recipe =
                Recipe.of(List.of(Trim.of(0.5)))
                        .withData(Optional.of(DataOptions.of(DataConfig.Format.IDX, "x")));
        assertThat(recipe)
                .isEqualTo(
                        RecipeReaderTest.parse(
                                "data: {format: idx, path: x}\npasses: [{trim: {macs: 0.5}}]"));
        Map<String, Shape> shapes = Map.of("x", Shape.of(1, 3));
        assertThat(recipe.withInputShapes(shapes).withSeed(3))
                .isEqualTo(
                        RecipeReaderTest.parse(
                                """
                                data: {format: idx, path: x}
                                passes: [{trim: {macs: 0.5}}]
                                input-shapes: {x: [1, 3]}
                                seed: 3
                                """));
    }
}
