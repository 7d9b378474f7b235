package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.report.LatencyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyTest {
    private static final LatencyPlan SHORT =
            LatencyPlan.single(new LatencyPlan.Effort(2, 2, 20, 0), 17);

    @TempDir Path folder;

    private Path model(String name, int channels) {
        Path file = folder.resolve(name);
        OnnxWriter.write(
                GraphText.parse(
                        """
                        graph (x: float[N,%1$d,16,16]) -> (y)
                        w: float[%1$d,%1$d,3,3] = seed(1)
                        y = Conv(x, w)
                        """
                                .formatted(channels)),
                file);
        return file;
    }

    @Test
    void measuresEachModelAndWritesWhatJmhWrites() throws IOException {
        List<Path> models = List.of(model("large model.onnx", 64), model("small.onnx", 4));
        Latency latency = Latency.measure(models, SHORT, Progress.SILENT);

        LatencyResult large = latency.of(0).get(0);
        LatencyResult small = latency.of(1).get(0);
        assertThat(latency.of(0)).hasSize(1);
        assertThat(large.forkP50Micros()).hasSize(2).allMatch(micros -> micros > 0);
        assertThat(large.p50Micros()).isBetween(large.minMicros(), large.p95Micros());
        assertThat(large.errorMicros()).isFinite().isPositive();
        assertThat(large.samples()).isPositive();
        assertThat(large.comparableTo(small)).isTrue();
        // 256 times the work: no load of the machine makes up for that.
        assertThat(small.p50Micros()).isLessThan(large.p50Micros());

        JsonNode json = new ObjectMapper().readTree(latency.json(List.of("original", "result")));
        assertThat(json).hasSize(2);
        JsonNode entry = json.get(1);
        assertThat(entry.at("/benchmark").asText())
                .isEqualTo("dev.espalier.benchmarks.InferenceBenchmark.infer");
        assertThat(entry.at("/mode").asText()).isEqualTo("sample");
        assertThat(entry.at("/forks").asInt()).isEqualTo(2);
        assertThat(entry.at("/params/model").asText()).isEqualTo("result");
        assertThat(entry.at("/params/threads").asText()).isEqualTo("1");
        assertThat(entry.at("/params/batch").asText()).isEqualTo("1");
        assertThat(entry.at("/primaryMetric/scoreUnit").asText()).isEqualTo("us/op");
        assertThat(entry.at("/primaryMetric/rawDataHistogram")).hasSize(2);
        assertThat(entry.at("/primaryMetric/scorePercentiles/50.0").asDouble()).isPositive();
        assertThat(latency.json(List.of("a", "b"))).doesNotContain(folder.toString());
        assertThat(latency.log()).contains("# Fork: 1 of 1");
    }

    @Test
    void triesAllModelsBeforeItTimesAny() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.onnx"), "x");
        assertThatThrownBy(
                        () ->
                                Latency.measure(
                                        List.of(model("good.onnx", 4), broken),
                                        SHORT,
                                        (name, done, steps, unit) -> {
                                            throw new AssertionError("began to measure");
                                        }))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("broken.onnx");
    }

    @Test
    void stopsWhenTheThreadIsInterrupted() {
        List<Path> models = List.of(model("good.onnx", 4));
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> Latency.measure(models, SHORT, Progress.SILENT))
                    .isInstanceOf(CancelledException.class);
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        LatencyPlan.Effort effort = LatencyPlan.Effort.QUICK;
        assertThatThrownBy(() -> new LatencyPlan(List.of(0), List.of(1), effort, Map.of(), 1))
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> new LatencyPlan(List.of(1), List.of(-1), effort, Map.of(), 1))
                .isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> new LatencyPlan(List.of(), List.of(1), effort, Map.of(), 1))
                .isInstanceOf(InvalidOptionException.class);
    }
}
