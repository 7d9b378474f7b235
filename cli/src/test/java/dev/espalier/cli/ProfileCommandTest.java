package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.ForeignModels;
import dev.espalier.benchmarks.Latency;
import dev.espalier.cli.command.Espalier;
import dev.espalier.cli.terminal.Cancellation;
import dev.espalier.cli.terminal.Terminal;
import dev.espalier.core.UserCache;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.internal.input.ProfileStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileCommandTest {
    @TempDir private Path folder;
    private String cache;
    private int timed;

    @BeforeEach
    void useACacheOfItsOwn() {
        cache = System.getProperty(UserCache.PROPERTY);
        System.setProperty(UserCache.PROPERTY, folder.toString());
    }

    @AfterEach
    void useTheUsualCache() {
        if (cache == null) {
            System.clearProperty(UserCache.PROPERTY);
        } else {
            System.setProperty(UserCache.PROPERTY, cache);
        }
    }

    /** A made-up machine of blocks of 16 channels; folded pixels take half of the time. */
    private List<double[]> micros(List<Model> models, double seconds) {
        timed++;
        return models.stream().map(model -> new double[] {micros(model)}).toList();
    }

    private static double micros(Model model) {
        Initializer weight = model.graph().initializers().get("w0");
        if (weight == null) {
            return model.graph().nodes().stream().anyMatch(node -> node.is("Reshape")) ? 40 : 80;
        }
        double blocks = 8;
        for (int axis = 0; axis < 2; axis++) {
            blocks *= Math.ceil(weight.tensor().shape().size(axis) / 16.0);
        }
        return blocks;
    }

    private CommandRun run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(print(out), print(err), false, false, 100);
        try (ForeignModels foreign = new ForeignModels()) {
            Espalier root =
                    new Espalier(
                            terminal,
                            new Cancellation(),
                            Latency::measure,
                            foreign,
                            threads -> this::micros);
            int code = Main.run(root, args);
            return new CommandRun(
                    code,
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8));
        }
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    @Test
    void peopleSeeStepsTimesAndWhatPays() {
        CommandRun run = run("profile", "--quick");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .containsPattern("3x3 +int8 +16 +1.0 +1.0 +1.0 +4.0 +4.0 +4.0 +9.0")
                .containsPattern("depthwise +float +16")
                .containsPattern("quantize.fold-images +folded 5.0, one-by-one 10.0 ")
                .containsPattern("8-bit sums  (are exact|saturate)")
                .contains("kept in     " + ProfileStore.ofUser(1, line -> {}).file());
    }

    @Test
    void whatIsKnownIsNotMeasuredAgainUnlessAsked() {
        run("profile", "--quick");
        int once = timed;
        assertThat(once).isEqualTo(10);
        run("profile", "--quick");
        assertThat(timed).isEqualTo(once);
        run("profile", "--quick", "--again");
        assertThat(timed).isEqualTo(2 * once);
        run("profile");
        assertThat(timed).isGreaterThan(3 * once);
    }

    @Test
    void programsGetAllTimes() throws IOException {
        CommandRun csv = run("profile", "--format=csv", "--threads=1,2");
        assertThat(csv.out())
                .startsWith("threads,layer,precision,inputs,outputs,height,width,micros\r\n")
                .contains(
                        "\r\n1,3x3,int8,16,128,32,32,8.0\r\n",
                        "\r\n2,product,float,16,16,1,1,1.0\r\n");

        JsonNode json = new ObjectMapper().readTree(run("profile", "--format=json").out());
        assertThat(json).hasSize(1);
        JsonNode profile = json.get(0);
        assertThat(profile.get("threads").asInt()).isEqualTo(1);
        assertThat(profile.get("saturates").isBoolean()).isTrue();
        assertThat(profile.get("steps")).hasSize(8);
        assertThat(profile.get("steps").get(0).toString())
                .isEqualTo("{\"layer\":\"1x1\",\"precision\":\"float\",\"step\":16}");
        assertThat(profile.get("layers").size()).isGreaterThan(300);
        assertThat(profile.at("/questions/0/micros/folded").asDouble()).isEqualTo(5);
    }

    @Test
    void doctorSaysWhetherThereIsOne() {
        assertThat(run("doctor").out())
                .containsPattern("machine profile +ok +none yet +measured when a pass asks");
        run("profile", "--quick");
        assertThat(run("doctor").out())
                .containsPattern(
                        "machine profile +ok +\\S+ +168 layers and 2 questions, one thread");
    }

    @Test
    void aDamagedProfileIsToldAndMeasuredAnew() throws IOException {
        run("profile", "--quick");
        int once = timed;
        Path file = ProfileStore.ofUser(1, line -> {}).file();
        Files.writeString(file, "nonsense");
        assertThat(run("doctor").out()).containsPattern("machine profile +missing .*is damaged");
        CommandRun run = run("profile", "--quick");
        assertThat(run.code()).isZero();
        assertThat(run.err()).contains("the machine profile " + file + " is damaged");
        assertThat(timed).isEqualTo(2 * once);
    }
}
