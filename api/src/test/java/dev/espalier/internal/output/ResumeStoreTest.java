package dev.espalier.internal.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.internal.proto.Onnx.ModelProto;
import dev.espalier.core.internal.proto.Onnx.StringStringEntryProto;
import dev.espalier.core.internal.proto.Onnx.TensorProto;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.ModelFigures;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.StepStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Finished passes; what happens to damaged ones in a whole run is in the tests of the command line.
 */
class ResumeStoreTest {
    private static final RunKey KEY = new RunKey(Map.of("the recipe", "1"));
    private static final Model MODEL =
            GraphText.parse(
                    """
                    graph (x: float[4]) -> (y)
                    w: float[4] = [1, 2, 3, 4]
                    y = Add(x, w)
                    """);
    private static final ModelFigures FIGURES = ModelFigures.of(1, 1, 1);
    private static final PassRun RUN =
            new PassRun("pass", 1, true, FIGURES, FIGURES, PassRun.Told.NOTHING);

    @TempDir Path folder;
    private final List<String> warnings = new ArrayList<>();
    private RunFolder run;
    private ResumeStore store;

    @BeforeEach
    void finishTwoPasses() {
        run = RunFolder.open(folder.resolve("out"));
        store = ResumeStore.fresh(run, KEY, warnings::add);
        store.write(0, new StepStore.Finished(MODEL, RUN));
        store.write(1, new StepStore.Finished(MODEL, RUN));
    }

    private ResumeStore resumed() {
        return ResumeStore.resume(run, KEY, warnings::add);
    }

    @Test
    void whatIsFinishedIsFoundAndWhatIsNotIsNot() {
        assertThat(resumed().read(1)).contains(new StepStore.Finished(MODEL, RUN));
        assertThat(resumed().read(2)).isEmpty();
        assertThat(ResumeStore.of(run.work(), warnings::add).read(0)).isPresent();
        assertThat(warnings).isEmpty();
    }

    @Test
    void aPassThatRanAgainMakesThoseAfterItRunAgain() {
        PassRun slower = new PassRun("pass", 2, true, FIGURES, FIGURES, PassRun.Told.NOTHING);
        store.write(0, new StepStore.Finished(MODEL, slower));
        assertThat(resumed().read(0)).isPresent();
        assertThat(resumed().read(1)).isEmpty();
        assertThat(warnings).singleElement().asString().contains("step-1.json is not as it was");
    }

    /** A model of two files, as those of 2 GiB and more are written. */
    private void splitTheSecondModel() throws IOException {
        Path file = store.model(1);
        ModelProto.Builder proto = ModelProto.parseFrom(OnnxWriter.toBytes(MODEL)).toBuilder();
        TensorProto.Builder weights = proto.getGraphBuilder().getInitializerBuilder(0);
        Files.write(file.resolveSibling("step-1.onnx.data"), weights.getRawData().toByteArray());
        weights.clearRawData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(
                        StringStringEntryProto.newBuilder()
                                .setKey("location")
                                .setValue("step-1.onnx.data"));
        Files.write(file, proto.build().toByteArray());
        store.keep(1, RUN);
    }

    @Test
    void weightsInAFileOfTheirOwnBelongToTheModel() throws IOException {
        splitTheSecondModel();
        assertThat(resumed().read(1).orElseThrow().model()).isEqualTo(MODEL);
        assertThat(OnnxReader.externalFiles(OnnxReader.read(store.model(1)))).hasSize(1);
        store.write(1, new StepStore.Finished(MODEL, RUN));
        assertThat(run.work().resolve("step-1.onnx.data")).doesNotExist();
        assertThat(resumed().read(1)).isPresent();
        assertThat(warnings).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"change", "cut", "delete"})
    void damagedWeightsInAFileOfTheirOwnAreNoticed(String how) throws IOException {
        splitTheSecondModel();
        Path data = run.work().resolve("step-1.onnx.data");
        byte[] bytes = Files.readAllBytes(data);
        switch (how) {
            case "change" -> {
                bytes[5] ^= 1;
                Files.write(data, bytes);
            }
            case "cut" -> Files.write(data, new byte[bytes.length - 1]);
            default -> Files.delete(data);
        }
        ResumeStore store = resumed();
        assertThat(store.read(0)).isPresent();
        assertThat(store.read(1)).isEmpty();
        assertThat(warnings)
                .containsExactly(
                        data + " is not as it was written, so passes run again from number 2 on");
    }

    @Test
    void leftoversOfAKillGo() throws IOException {
        Path left = Files.createFile(run.work().resolve(".step-2.onnx.12ab"));
        Path mine = Files.createFile(run.work().resolve("notes.txt"));
        resumed();
        assertThat(left).doesNotExist();
        assertThat(mine).exists();
    }
}
