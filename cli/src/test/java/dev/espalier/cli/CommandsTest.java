package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.core.UserCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
    @TempDir Path folder;

    private static JsonNode json(CommandRun run) throws IOException {
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        return new ObjectMapper().readTree(run.out());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "compress",
                "plan",
                "inspect",
                "evaluate",
                "compare",
                "bench",
                "profile",
                "export",
                "passes",
                "recipe",
                "doctor"
            })
    void everyCommandHasHelp(String command) {
        CommandRun run = CommandRun.of(command, "--help");
        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("Usage: espalier " + command);
    }

    @Test
    void helpNamesTheExitCodes() {
        assertThat(CommandRun.of("--help").out()).contains("3 a goal was missed");
        assertThat(CommandRun.of("--version").out()).matches("espalier \\d+\\.\\d+.*\\s*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    inspekt m.onnx            | inspect
                    gating-profile            | Unmatched argument
                    profile --threads=0       | expected 1 to 256
                    profile m.onnx            | Unmatched argument
                    inspect                   | 'MODEL'
                    inspect m.onnx --formt=x  | --formt
                    inspect m.onnx --format=x | expected one of
                    bench m.onnx --threads=no | 'no' is not an int
                    passes pruna              | did you mean 'prune'?
                    recipe                    | init, validate and schema
                    """)
    void wrongUsageEndsWithCode2AndOneOrTwoLines(String line, String message) {
        CommandRun run = CommandRun.of((Object[]) line.split(" "));
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(message);
        assertThat(run.err().lines().count()).isLessThanOrEqualTo(2);
    }

    @Test
    void noCommandIsWrongUsage() {
        assertThat(CommandRun.of().code()).isEqualTo(ExitCode.USAGE);
    }

    /** A file of another tool: what its sums do on CPUs that the user does not have at hand. */
    @Test
    void inspectSaysWhetherSumsCanSaturate() throws IOException {
        Path file = SmallFiles.integers(folder, 127);
        JsonNode json = json(CommandRun.of("inspect", file, "--format", "json")).get("saturation");
        assertThat(json.get("layers").asInt()).isEqualTo(2);
        assertThat(json.get("saturable")).hasSize(1);
        assertThat(json.get("saturable").get(0).get("layer").asText())
                .isEqualTo("QLinearMatMul 'first'");
        assertThat(json.get("saturable").get(0).get("saturable").asInt()).isEqualTo(8);
        assertThat(CommandRun.of("inspect", file).out())
                .contains("8-bit sums  sums of 1 of 2 integer layers can saturate")
                .contains("QLinearMatMul 'first' (8 of 8 channels)");

        assertThat(CommandRun.of("inspect", SmallFiles.integers(folder, 64)).out())
                .contains("8-bit sums  proved for all 2 integer layers");
        assertThat(CommandRun.of("inspect", SmallFiles.network(folder)).out())
                .doesNotContain("8-bit sums");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    quantize: {integers: {weight-bits: 7}}     | 'target: any'
                    quantize-dynamic: {reduce-range: true}     | 'target: any'
                    quantize: {keep-float: {concats: false}}   | 'far-ranges'
                    quantize: {scheme: int8}                   | leave it out
                    prune: {criterion: l1}                     | leave it out
                    """)
    void aFormerOptionIsRefusedWithWhatToWriteInstead(String pass, String instead)
            throws IOException {
        Path recipe =
                SmallFiles.recipe(folder, "version: 1\nmodel: m.onnx\npasses:\n  - " + pass + "\n");
        CommandRun run = CommandRun.of("recipe", "validate", recipe);
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("any more").contains(instead).contains(":4:");
    }

    @Test
    void aFormerTargetIsAnotherNameOfTheDefault() throws IOException {
        String pass = "quantize-dynamic: {target: x86-no-vnni}";
        Path recipe =
                SmallFiles.recipe(folder, "version: 1\nmodel: m.onnx\npasses:\n  - " + pass + "\n");
        assertThat(CommandRun.of("recipe", "validate", recipe).code()).isZero();
    }

    @Test
    void inspectPrintsTheFixedKeys() throws IOException {
        JsonNode json =
                json(CommandRun.of("inspect", SmallFiles.network(folder), "--format", "json"));
        assertThat(json.get("parameters").asLong()).isEqualTo(64 * 27 + 32 * 64 * 9 + 32 * 10);
        assertThat(json.get("macs").asLong()).isEqualTo(64L * 64 * 27 + 64L * 32 * 64 * 9 + 320);
        assertThat(json.get("bytes").asLong())
                .isEqualTo(Files.size(folder.resolve("network.onnx")));
        JsonNode conv = json.get("nodes").get(0);
        assertThat(conv.get("op").asText()).isEqualTo("Conv");
        assertThat(conv.get("macs").asLong()).isEqualTo(64L * 64 * 27);
        assertThat(conv.get("parameters").asLong()).isEqualTo(64 * 27);
        assertThat(conv.at("/inputs/0/name").asText()).isEqualTo("x");
        assertThat(conv.at("/outputs/0/shape").toString()).isEqualTo("[1,64,8,8]");
        assertThat(conv.has("name")).isTrue();
    }

    @Test
    void inspectShowsATableAndCsv() {
        Path model = SmallFiles.network(folder);
        assertThat(CommandRun.of("inspect", model).out())
                .contains("FLOAT [1,64,8,8]", "every operator is known");
        assertThat(CommandRun.of("inspect", model, "--format=csv").out())
                .startsWith("node,operator,output,parameters,MACs\r\n");
    }

    @Test
    void inspectShowsFiltersAndDrawsThem() throws IOException {
        Path model = SmallFiles.network(folder);
        Path picture = folder.resolve("filters.svg");

        CommandRun run =
                CommandRun.of(
                        "inspect", model, "--filters", "--threshold", "1", "--picture", picture);

        assertThat(run.out()).contains("96 filters in 2 convolutions", "L1 norm below 1.0");
        assertThat(Files.readString(picture)).startsWith("<svg").endsWith("</svg>\n");
        JsonNode json = json(CommandRun.of("inspect", model, "--filters", "--format", "json"));
        assertThat(json.at("/layers/1/filters").asInt()).isEqualTo(32);
        assertThat(json.at("/layers/1/norms").size()).isEqualTo(32);
        assertThat(CommandRun.of("inspect", model, "--filters", "--picture", picture).err())
                .contains("is there already");
    }

    @Test
    void inspectShowsWhatGroupsWouldKeepAndDrawsThem() throws IOException {
        Path model = SmallFiles.network(folder);
        Path picture = folder.resolve("groups.svg");

        CommandRun run = CommandRun.of("inspect", model, "--groups", "--picture", picture);

        assertThat(run.out())
                .contains("2 groups", "0 of 1 convolutions keep 90.00 % or more at two groups")
                .containsPattern("Conv '.*' stays dense: 3 input and \\d+ output channels cannot");
        assertThat(Files.readString(picture))
                .startsWith("<svg")
                .contains("2 groups keep", "data:image/png;base64,")
                .endsWith("</svg>\n");
        JsonNode json = json(CommandRun.of("inspect", model, "--groups", "--format", "json"));
        assertThat(json.at("/layers/0/kept/0/share").asDouble()).isEqualTo(1);
        assertThat(json.at("/layers/0/kept/1/groups").asInt()).isEqualTo(2);
        assertThat(json.at("/layers/0/outputOrder").size())
                .isEqualTo(json.at("/layers/0/outputs").asInt());
        assertThat(json.at("/dense/0/reason").asText()).contains("cannot both be halved");
        CommandRun csv = CommandRun.of("inspect", model, "--groups", "--format", "csv");
        assertThat(csv.out().lines().findFirst().orElseThrow())
                .startsWith("layer,outputs,inputs,2 groups");
        assertThat(CommandRun.of("inspect", model, "--groups", "--filters").code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(CommandRun.of("inspect", model, "--picture", picture).code())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void unusableModelsEndWithCode5() throws IOException {
        Path text = Files.writeString(folder.resolve("text.onnx"), "not a model");
        Path whole = SmallFiles.network(folder);
        byte[] bytes = Files.readAllBytes(whole);
        Path cut =
                Files.write(
                        folder.resolve("cut.onnx"),
                        java.util.Arrays.copyOf(bytes, bytes.length / 2));
        for (Path model : new Path[] {text, cut, folder, folder.resolve("missing.onnx")}) {
            for (String command : new String[] {"inspect", "bench"}) {
                CommandRun run = CommandRun.of(command, model);
                assertThat(run.code()).as(command + " " + model).isEqualTo(5);
                assertThat(run.err()).startsWith("error: ").contains(model.toString());
                assertThat(run.err().lines().count()).isEqualTo(1);
            }
        }
    }

    @Test
    void aStackTraceIsShownOnlyForDebug() {
        assertThat(CommandRun.of("inspect", "no.onnx").err()).doesNotContain("\tat ");
        assertThat(CommandRun.of("inspect", "no.onnx", "--debug").err()).contains("\tat ");
    }

    @Test
    void evaluatePrintsTheFixedKeys() throws IOException {
        Path recipe = SmallFiles.classification(folder);
        JsonNode json =
                json(
                        CommandRun.of(
                                "evaluate",
                                folder.resolve("identity.onnx"),
                                "--recipe",
                                recipe,
                                "--format",
                                "json"));
        assertThat(json.get("samples").asInt()).isEqualTo(8);
        assertThat(json.at("/metrics/top1").asDouble()).isEqualTo(0.75);
        assertThat(json.at("/metrics/top5").asDouble()).isEqualTo(1.0);
        double right = -Math.log(1 / (1 + 2 * Math.exp(-4)));
        assertThat(json.at("/metrics/loss").asDouble())
                .isCloseTo((6 * right + 2 * (right + 4)) / 8, within(1e-6));
    }

    @Test
    void evaluateTakesSeveralFilesEachAloneOrTogether() throws IOException {
        Path recipe = SmallFiles.classification(folder);
        Path model = folder.resolve("identity.onnx");
        Path other = Files.copy(model, folder.resolve("other.onnx"));
        CommandRun each = CommandRun.of("evaluate", model, other, "--recipe", recipe);
        assertThat(each.out()).contains("identity.onnx", "other.onnx").contains("75.00 %");
        JsonNode list =
                json(
                        CommandRun.of(
                                "evaluate", model, other, "--recipe", recipe, "--format", "json"));
        assertThat(list)
                .extracting(entry -> entry.get("model").asText())
                .containsExactly("identity.onnx", "other.onnx");
        Object[] together = {"evaluate", model, other, "--ensemble", "--recipe", recipe};
        assertThat(CommandRun.of(together).out()).contains("identity.onnx, other.onnx", "75.00 %");
        JsonNode one =
                json(
                        CommandRun.of(
                                "evaluate",
                                model,
                                other,
                                "--ensemble",
                                "--recipe",
                                recipe,
                                "--format",
                                "json"));
        assertThat(one.get("models").asInt()).isEqualTo(2);
        assertThat(one.at("/metrics/top1").asDouble()).isEqualTo(0.75);
        assertThat(one.at("/metrics/loss").asDouble())
                .isCloseTo(list.get(0).at("/metrics/loss").asDouble(), within(1e-6));
        CommandRun lost =
                CommandRun.of("evaluate", model, folder.resolve("nix.onnx"), "--recipe", recipe);
        assertThat(lost.code()).isEqualTo(ExitCode.UNUSABLE_INPUT);
        assertThat(lost.err()).contains("nix.onnx");
    }

    private static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.data.Offset.offset(offset);
    }

    @Test
    void evaluateTakesOtherSplitsAndRefusesMissingData() throws IOException {
        Path recipe = SmallFiles.classification(folder);
        Path model = folder.resolve("identity.onnx");
        CommandRun training =
                CommandRun.of("evaluate", model, "--recipe", recipe, "--split", "training");
        assertThat(training.out()).contains("training", "27", "100.00 %");
        CommandRun lost =
                CommandRun.of(
                        "evaluate", model, "--recipe", recipe, "--data", folder.resolve("nix"));
        assertThat(lost.code()).isEqualTo(ExitCode.USAGE);
        assertThat(lost.err()).contains("--data");
        Path none = SmallFiles.recipe(folder, "passes: []");
        assertThat(CommandRun.of("evaluate", model, "--recipe", none).err())
                .contains("the recipe has no data block");
    }

    @Test
    void planChangesNothing() throws IOException {
        Path recipe = SmallFiles.pruning(folder);
        CommandRun run = CommandRun.of("plan", recipe, "--format", "json");
        JsonNode json = json(run);
        assertThat(json)
                .extracting(pass -> pass.get("id").asText())
                .containsExactly("simplify", "prune", "fold-batch-norm");
        JsonNode prune = json.get(1);
        assertThat(prune.at("/after/macs").asLong())
                .isLessThanOrEqualTo(prune.at("/before/macs").asLong() / 2);
        assertThat(prune.get("notes")).isNotEmpty();
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void recipesAreStartedCheckedAndDescribed() throws IOException {
        Path first = folder.resolve("first.yaml");
        assertThat(CommandRun.of("recipe", "init", first).code()).isZero();
        CommandRun valid = CommandRun.of("recipe", "validate", first);
        assertThat(valid.code()).isZero();
        assertThat(valid.err()).contains("valid recipe; not found here: model.onnx");
        assertThat(CommandRun.of("recipe", "init", first).code()).isEqualTo(ExitCode.USAGE);
        assertThat(json(CommandRun.of("recipe", "schema")).has("properties")).isTrue();
        Files.writeString(first, "passes:\n  - prune: {mac: 0.5}\n");
        CommandRun typo = CommandRun.of("recipe", "validate", first);
        assertThat(typo.code()).isEqualTo(ExitCode.USAGE);
        assertThat(typo.err())
                .isEqualTo(
                        "error: "
                                + first
                                + ":2:13: unknown key 'mac' of pass 'prune',"
                                + " did you mean 'macs'?\n");
    }

    @Test
    void theCatalogueShowsOptions() throws IOException {
        assertThat(CommandRun.of("passes").out()).contains("prune", "quantize", "distill");
        assertThat(CommandRun.of("passes", "prune").out()).contains("macs");
        assertThat(json(CommandRun.of("passes", "--format=json"))).isNotEmpty();
    }

    @Test
    void doctorLooksWithoutLoadingAnything() throws IOException {
        JsonNode findings = json(CommandRun.of("doctor", "--format", "json"));
        assertThat(findings)
                .extracting(finding -> finding.get("what").asText())
                .contains("JDK", "ONNX Runtime", "PyTorch", "processor", "machine profile");
        assertThat(findings)
                .filteredOn(finding -> finding.get("what").asText().endsWith("libraries"))
                .extracting(finding -> Path.of(finding.get("found").asText()).getParent())
                .containsExactly(UserCache.folder().resolve("native"));
    }
}
