package dev.espalier.core.internal.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.LayerTime;
import dev.espalier.core.profile.MachineProfile;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.profile.ProfileQuestion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeasuringProfilerTest {
    /** Keeps a profile as text, as a file does. */
    private static final class Kept implements MeasuringProfiler.Store {
        private String text = MachineProfile.of("made up").text();

        @Override
        public MachineProfile read() {
            return MachineProfile.parse(text).orElseThrow();
        }

        @Override
        public void write(MachineProfile profile) {
            text = profile.text();
        }
    }

    private final Kept kept = new Kept();
    private final List<Integer> timed = new ArrayList<>();
    private final List<String> shown = new ArrayList<>();

    /** A microsecond for each 16 by 16 block of channels of each layer. */
    private List<double[]> micros(List<Model> models, double seconds) {
        timed.add(models.size());
        return models.stream()
                .map(model -> model.graph().initializers().get("w0").tensor().shape())
                .map(w -> Math.ceil(w.size(0) / 16.0) * Math.ceil(w.size(1) / 16.0))
                .map(blocks -> new double[] {8 * blocks, 80 * blocks, 4 * blocks})
                .toList();
    }

    private MeasuringProfiler profiler() {
        return new MeasuringProfiler(
                kept,
                this::micros,
                (name, done, steps, unit) -> {
                    shown.add(name + ": " + steps + " " + unit);
                    return Progress.SILENT.begin(name, done, steps, unit);
                });
    }

    @Test
    void aKindIsMeasuredOnceAndKept() {
        MachineProfile profile = profiler().layers(Precision.INT8, LayerKind.SPATIAL);
        assertThat(profile.step(Precision.INT8, LayerKind.SPATIAL)).hasValue(16);
        assertThat(timed).hasSize(1);
        assertThat(shown).containsExactly("machine profile, int8 3x3 layers: 21 layers");

        MachineProfile again = profiler().layers(Precision.INT8, LayerKind.SPATIAL);
        assertThat(again).isEqualTo(profile);
        assertThat(timed).hasSize(1);
        assertThat(shown).hasSize(1);
    }

    @Test
    void whoAsksPaysForThatAlone() {
        MachineProfile profile = profiler().layers(Precision.FLOAT, LayerKind.DEPTHWISE);
        assertThat(profile.times())
                .allMatch(time -> time.kind() == LayerKind.DEPTHWISE)
                .allMatch(time -> time.precision() == Precision.FLOAT);
    }

    @Test
    void timesAreOfOneLayerAndTheMiddleRound() {
        MachineProfile profile = profiler().layers(Precision.INT8, LayerKind.POINTWISE);
        assertThat(profile.times(Precision.INT8, LayerKind.POINTWISE))
                .filteredOn(time -> time.inputs() == 32)
                .extracting(LayerTime::micros)
                .containsExactly(4.0);
    }

    @Test
    void moreIsMeasuredForAllSizesAndWhatIsThereIsNot() {
        MeasuringProfiler profiler = profiler();
        profiler.layers(Precision.INT8, LayerKind.SPATIAL);
        MachineProfile all = profiler.allLayers(Precision.INT8, LayerKind.SPATIAL);
        // The steps first, then 8, 16 and 56 pixels, where 128 channels take too long, and those
        // that widen or narrow.
        assertThat(timed).containsExactly(21, 4, 4, 3, 12);
        assertThat(all.times()).hasSize(44).doesNotHaveDuplicates();
        assertThat(all.times(Precision.INT8, LayerKind.SPATIAL))
                .anyMatch(time -> time.inputs() == 16 && time.outputs() == 128);
        profiler.allLayers(Precision.INT8, LayerKind.SPATIAL);
        assertThat(timed).hasSize(5);
    }

    @Test
    void productsHaveRows() {
        MachineProfile all = profiler().allLayers(Precision.FLOAT, LayerKind.PRODUCT);
        assertThat(all.times()).allMatch(time -> time.width() == 1);
        assertThat(all.times()).extracting(LayerTime::height).contains(1, 16, 64, 256);
    }

    @Test
    void aQuestionIsMeasuredOnceAndKept() {
        Model model =
                GraphText.parse(
                        "graph (x: float[4]) -> (y)\nw0: float[16,16] = seed(1)\ny=Relu(x)");
        ProfileQuestion question =
                new ProfileQuestion(
                        "q", "Which?", 4, List.of(new ProfileQuestion.Candidate("a", () -> model)));
        ProfileAnswer answer = profiler().answer(question);
        assertThat(answer.micros("a")).isEqualTo(2);
        assertThat(profiler().answer(question)).isEqualTo(answer);
        assertThat(timed).hasSize(1);
    }

    @Test
    void whetherSumsSaturateIsTriedOnce() {
        assertThat(profiler().saturates(() -> true)).isTrue();
        assertThat(profiler().saturates(() -> false)).isTrue();
    }

    @Test
    void whatIsKnownIsToldWithoutMeasuring() {
        assertThat(profiler().known().times()).isEmpty();
        assertThat(timed).isEmpty();
    }
}
