package dev.espalier.core.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.guard.LossBound;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.recipe.SamplePasses.Learn;
import dev.espalier.core.recipe.SamplePasses.Rule;
import dev.espalier.core.recipe.SamplePasses.Trim;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeReaderTest {
    static final String FULL =
            """
            version: 1
            model: a model.onnx
            data:
              format: cifar10
              path: data/cifar10
              preprocess: {scale: 255, mean: [0.5, 0.25], std: [1, 2e-1], resize: null, crop: 32}
              calibration: {samples: 64}
              validation: {fraction: 0.2}
            passes:
              - trim: {macs: 0.5, keep: [conv1, "null"]}
              - learn:
                  schedule: {epochs: 3}
                  flip: false
              - trim:
                  macs: 0.25
                  criterion: geometric-median
            goal: {max-drop: 0.5, min-speedup: 2.0}
            benchmark: {threads: [1, 2], batch: [8]}
            input-shapes: {x: [1, 3, 224, 224]}
            seed: 17
            """;

    static Recipe parse(String text, String... assignments) {
        RecipeReader.Changes changes =
                new RecipeReader.Changes(Optional.empty(), Optional.empty(), List.of(assignments));
        return new RecipeReader(SamplePasses.REGISTRY).parse(text, "r.yaml", changes);
    }

    @Test
    void readsEveryKey() {
        Recipe recipe = parse(FULL);
        assertThat(recipe.model()).contains("a model.onnx");
        DataOptions data = recipe.data().orElseThrow();
        assertThat(data.format()).isEqualTo(DataConfig.Format.CIFAR10);
        assertThat(data.preprocess().std()).containsExactly(1.0, 0.2);
        assertThat(data.preprocess().resize()).isEmpty();
        assertThat(data.preprocess().crop()).contains(32);
        assertThat(data.calibration().samples()).isEqualTo(64);
        assertThat(recipe.passes())
                .containsExactly(
                        new Trim(Rule.L1, 0.5, List.of("conv1", "null"), Optional.empty()),
                        new Learn(new SamplePasses.Schedule(3, 0.1), false, 7, Optional.empty()),
                        new Trim(Rule.GEOMETRIC_MEDIAN, 0.25, List.of(), Optional.empty()));
        assertThat(recipe.goal().maxDrop()).contains(0.5);
        assertThat(recipe.benchmark().threads()).containsExactly(1, 2);
        assertThat(recipe.inputShapes()).containsEntry("x", Shape.of(1, 3, 224, 224));
        assertThat(recipe.shapes().batch()).isEqualTo(8);
        assertThat(recipe.seed()).isEqualTo(17);
    }

    @Test
    void fillsInDefaults() {
        Recipe recipe = parse("passes: []");
        assertThat(recipe.version()).isEqualTo(1);
        assertThat(recipe.model()).isEmpty();
        assertThat(recipe.data()).isEmpty();
        assertThat(recipe.goal()).isEqualTo(Options.defaults(Goal.class));
        assertThat(recipe.benchmark().batch()).containsExactly(1);
        assertThat(recipe.inputShapes()).isEmpty();
    }

    @Test
    void takesABarePassName() {
        String data = "data: {format: npz, path: x}\n";
        assertThat(parse(data + "passes: [learn]").passes())
                .isEqualTo(parse(data + "passes:\n- learn:\n").passes());
    }

    /** An option may have a word of its own in place of null. */
    @ParameterizedTest
    @CsvSource({"learn, ''", "learn: {batch: auto}, ''", "learn: {batch: 4}, 4"})
    void aWordMayStandForNothing(String pass, String batch) {
        Recipe recipe = parse("data: {format: npz, path: x}\npasses: [{%s}]".formatted(pass));
        Learn learn = (Learn) recipe.passes().get(0);
        assertThat(learn.batch().map(Object::toString).orElse("")).isEqualTo(batch);
        assertThat(RecipeWriter.write(learn))
                .endsWith("batch: %s}".formatted(batch.isEmpty() ? "auto" : batch));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "automatic", "10", "0", "''"})
    void anotherWordOrNullDoesNot(String batch) {
        assertThatThrownBy(
                        () ->
                                parse(
                                        "data: {format: npz, path: x}\npasses: [learn: {batch: %s}]"
                                                .formatted(batch)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("whole number from 1 to 9, or auto");
    }

    @Test
    void appliesOverrides() {
        Recipe recipe =
                parse(
                        FULL,
                        "passes.0.trim.macs=0.75",
                        "seed=3",
                        "passes.1.learn.schedule.learning-rate=1e-3",
                        "benchmark.threads=[4]");
        assertThat(((Trim) recipe.passes().get(0)).macs()).isEqualTo(0.75);
        assertThat(((Trim) recipe.passes().get(0)).keep()).hasSize(2);
        assertThat(((Learn) recipe.passes().get(1)).schedule())
                .isEqualTo(new SamplePasses.Schedule(3, 0.001));
        assertThat(recipe.seed()).isEqualTo(3);
        assertThat(recipe.benchmark().threads()).containsExactly(4);
    }

    @Test
    void aKeyOfThousandsOfPartsIsRefused() {
        assertThatThrownBy(() -> parse(FULL, "a.".repeat(3000) + "b=1"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("the key has 3001 parts, expected at most 32")
                .message()
                .hasSizeLessThan(250);
    }

    @Test
    void replacesModelAndDataByText() {
        RecipeReader.Changes changes =
                new RecipeReader.Changes(Optional.of("5"), Optional.of("null"), List.of());
        Recipe recipe = new RecipeReader(SamplePasses.REGISTRY).parse(FULL, "r.yaml", changes);
        assertThat(recipe.model()).contains("5");
        assertThat(recipe.data().orElseThrow().path()).isEqualTo("null");
        assertThat(recipe.data().orElseThrow().calibration().samples()).isEqualTo(64);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    pases: []                                | r.yaml:1:1: unknown key 'pases' of the recipe, did you mean 'passes'?
                    passes: [{trimm: {macs: 1}}]             | r.yaml:1:11: there is no pass 'trimm', did you mean 'trim'?
                    passes: [{trim: {mac: 1}}]               | r.yaml:1:18: unknown key 'mac' of pass 'trim', did you mean 'macs'?
                    passes: [{trim: {macs: 1, xyzzy: 2}}]    | r.yaml:1:27: unknown key 'xyzzy' of pass 'trim'; expected one of criterion, macs, keep, round-to
                    passes: [{trim: {macs: half}}]           | r.yaml:1:24: 'macs' of pass 'trim' is 'half', expected number from 0.01 to 1
                    passes: [{trim: {macs: '0.5'}}]          | r.yaml:1:24: 'macs' of pass 'trim' is the text '0.5', expected number from 0.01 to 1
                    passes: [{trim: {macs: 1.5}}]            | r.yaml:1:24: 'macs' of pass 'trim' is 1.5, outside its range: number from 0.01 to 1
                    passes: [{trim: {macs: .nan}}]           | r.yaml:1:24: 'macs' of pass 'trim' is '.nan', expected number from 0.01 to 1
                    passes: [{trim: {macs: null}}]           | r.yaml:1:24: 'macs' of pass 'trim' is nothing, expected number from 0.01 to 1
                    passes: [{trim: {macs: [1]}}]            | r.yaml:1:24: 'macs' of pass 'trim' is a list, expected number from 0.01 to 1
                    passes: [{trim: {}}]                     | r.yaml:1:17: pass 'trim' needs 'macs': Share of the cost that stays. (number from 0.01 to 1)
                    passes: [{trim: {macs: 1, criterion: L1}}] | r.yaml:1:38: 'L1' is no value for 'criterion' of pass 'trim', did you mean 'l1'?
                    passes: [{trim: {macs: 1, keep: a}}]     | r.yaml:1:33: 'keep' of pass 'trim' takes a list of text, found 'a'; write [a, b]
                    passes: [{trim: {macs: 1, round-to: 1.5}}] | r.yaml:1:37: 'round-to' of pass 'trim' is '1.5', expected whole number from 1, or null
                    passes: [{trim: 3}]                      | r.yaml:1:17: pass 'trim' takes a block of keys (criterion, macs, keep, round-to), found '3'
                    passes: [{a: 1, b: 2}]                   | r.yaml:1:10: a pass is its id and its options, such as 'prune: {macs: 0.5}'; found the keys {a, b}
                    passes: {trim: {macs: 1}}                | r.yaml:1:9: 'passes' takes a list, found the keys {trim}; write '- prune: {macs: 0.5}'
                    passes: [learn]                          | r.yaml:1:10: pass 'learn' needs data, and the recipe has no data block
                    goal: {max-drop: 1}                      | r.yaml:1:1: the recipe needs 'passes': What to do, in this order. (list of passes)
                    version: 2                               | r.yaml:1:10: 'version' of the recipe is 2, outside its range: whole number from 1 to 1
                    data: {format: cifar, path: x}           | r.yaml:1:16: 'cifar' is no value for 'format' of 'data' of the recipe, did you mean 'cifar10'?
                    data: {format: npz}                      | r.yaml:1:7: 'data' of the recipe needs 'path': Folder or file of the examples, relative to the recipe. (text)
                    input-shapes: {x: [1, 0]}                | r.yaml:1:23: a size is a whole number from 1, found '0'
                    benchmark: {threads: []}                 | r.yaml:1:12: 'benchmark' of the recipe: at least one thread count and one batch size
                    seed: 99999999999999999999               | r.yaml:1:7: 'seed' of the recipe is '99999999999999999999', expected whole number
                    [1, 2]                                   | r.yaml:1:1: the recipe takes a block of keys (version, model, data, metrics, passes, guard, goal, benchmark, input-shapes, seed), found a list
                    """)
    void namesThePlaceAndTheWayOut(String text, String message) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessage(message);
    }

    @Test
    void aGuardBoundsDropAndChangedAnswers() {
        Guard none = parse("passes: []").guard();
        assertThat(none).isEqualTo(Options.defaults(Guard.class));
        assertThat(none.bound()).isEmpty();
        assertThat(none.withMaxDrop(Optional.of(0.5)).bound()).contains(new LossBound(0.5, 2));
        assertThat(none.withMaxDrop(Optional.of(50.0)).bound()).contains(new LossBound(50, 100));
        assertThat(none.withMaxChanged(Optional.of(3.0)).bound()).contains(new LossBound(100, 3));
        String text =
                """
                data: {format: npz, path: data}
                passes: []
                guard: {max-drop: 0.5, max-changed: 3.0, samples: 100}
                """;
        Recipe recipe = parse(text);
        assertThat(recipe.guard().bound()).contains(new LossBound(0.5, 3));
        assertThat(parse(RecipeWriter.write(recipe))).isEqualTo(recipe);
    }

    @Test
    void aGuardNeedsData() {
        assertThatThrownBy(() -> parse("passes: []\nguard: {max-drop: 1}"))
                .hasMessageContaining("'guard' needs data");
        assertThatThrownBy(() -> parse("passes: []\nguard: {max-dorp: 1}"))
                .hasMessageContaining("max-drop");
    }

    @Test
    void goalOfAccuracyNeedsData() {
        assertThatThrownBy(() -> parse("passes: []\ngoal: {max-drop: 1}"))
                .hasMessageContaining("goal 'max-drop' needs data");
    }

    @Test
    void tellsAPassesOwnObjection() {
        assertThatThrownBy(
                        () ->
                                parse(
                                        "passes:\n  - trim: {macs: 1, criterion: geometric-median,"
                                                + " round-to: 4}"))
                .hasMessage("r.yaml:2:11: pass 'trim': geometric-median cannot round");
    }

    @Test
    void refusesAKeyGivenTwice() {
        assertThatThrownBy(() -> parse("seed: 1\nseed: 2\npasses: []"))
                .hasMessageStartingWith("r.yaml:2:1: the key 'seed' stands here for the second");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    passes.7.trim.macs=1   | '7' is no position in a list of 3
                    passes.trim.macs=1     | 'trim' is no position in a list of 3
                    passes.0.trim.mac=1    | unknown key 'mac' of pass 'trim', did you mean 'macs'?
                    seed                   | expected KEY=VALUE
                    seed.low=1             | 'low' leads into '17'
                    """)
    void namesAWrongOverride(String assignment, String message) {
        assertThatThrownBy(() -> parse(FULL, assignment))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageStartingWith("--set " + assignment + ": ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# nothing\n",
                "a: b: c",
                "passes: [",
                "passes: &x [*x]",
                "a: &a [1, 1]\nb: &b [*a, *a]\nc: [*b, *b]",
                "? [1, 2]\n: 3",
                "passes: []\n---\npasses: []",
                "passes: !!java.net.URL [x]",
                "\u0001",
                "%YAML 3.0\n---\na: b"
            })
    void refusesOtherYamlWithOnePlainError(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageStartingWith("r.yaml");
    }

    @Test
    void refusesBottomlessNesting() {
        assertThatThrownBy(() -> parse("passes: " + "[".repeat(100_000)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("levels of nesting");
    }

    @Test
    void refusesHugeText() {
        assertThatThrownBy(() -> parse("#".repeat(2 << 20)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("characters");
    }

    @Test
    void namesAFileThatIsMissingOrNotText(@TempDir Path folder) throws Exception {
        RecipeReader reader = new RecipeReader(SamplePasses.REGISTRY);
        assertThatThrownBy(() -> reader.read(folder.resolve("no.yaml"), RecipeReader.Changes.NONE))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("no.yaml: there is no such recipe");
        Path binary = Files.write(folder.resolve("m.onnx"), new byte[] {8, (byte) 0xff, 0, 3});
        assertThatThrownBy(() -> reader.read(binary, RecipeReader.Changes.NONE))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("not UTF-8");
        assertThatThrownBy(() -> reader.read(folder, RecipeReader.Changes.NONE))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("cannot be read");
    }
}
