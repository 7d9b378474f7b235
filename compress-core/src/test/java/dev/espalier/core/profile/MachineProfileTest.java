package dev.espalier.core.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.GraphText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MachineProfileTest {
    private static final MachineProfile EMPTY = MachineProfile.of("a CPU, 2 cores");

    private static LayerTime time(int inputs, int outputs, int side, double micros) {
        return new LayerTime(
                Precision.INT8, LayerKind.SPATIAL, inputs, outputs, side, side, micros);
    }

    /** Blocks of 16 channels, each 1 µs for a block of the other side at 32 by 32 pixels. */
    private static MachineProfile blocks() {
        List<LayerTime> times = new ArrayList<>();
        for (int width : new int[] {8, 16, 24, 32, 40, 48, 56, 64}) {
            double blocks = Math.ceil(width / 16.0);
            times.add(time(width, width, 32, blocks * blocks));
        }
        times.add(time(16, 16, 8, 0.5));
        return EMPTY.withTimes(Precision.INT8, LayerKind.SPATIAL, times);
    }

    private static MachineProfile full() {
        return blocks().withSaturates(false)
                .withAnswer(new ProfileAnswer("two ways", Map.of("a", 2.0, "b", 1.5)));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        assertThat(MachineProfile.parse(full().text())).hasValue(full());
        assertThat(MachineProfile.parse(EMPTY.text())).hasValue(EMPTY);
        assertThat(full().text())
                .startsWith("espalier-profile 1\nmachine\ta CPU, 2 cores\nsaturates\tfalse\n")
                .contains("answer\ttwo ways\ta=2.0\tb=1.5\n")
                .endsWith("end\n");
    }

    @Test
    void noPartOfAProfileIsTakenForAWholeOne() {
        String text = full().text();
        for (int length = 0; length < text.length(); length++) {
            assertThat(MachineProfile.parse(text.substring(0, length))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "layer\tINT8\tSPATIAL\t16\t16\t8\t8",
                "layer\tINT8\tSPATIAL\t16\t16\t8\t8\tNaN",
                "layer\tINT8\tSPATIAL\t16\t16\t8\t8\t-1",
                "layer\tINT8\tSPATIAL\t0\t16\t8\t8\t1",
                "layer\tINT9\tSPATIAL\t16\t16\t8\t8\t1",
                "layer\tINT8\t5x5\t16\t16\t8\t8\t1",
                "answer\tq",
                "answer\tq\tx",
                "answer\tq\tx=",
                "answer\tq\tx=Infinity",
                "saturates\tno",
                "hint\tx",
                ""
            })
    void aDamagedLineMakesAllOfItUseless(String line) {
        assertThat(MachineProfile.parse("espalier-profile 1\nmachine\tx\n" + line + "\nend\n"))
                .isEmpty();
    }

    @Test
    void anotherVersionIsNotRead() {
        assertThat(MachineProfile.parse(EMPTY.text().replace("profile 1", "profile 2"))).isEmpty();
    }

    @Test
    void theStepIsThatOfTheMapWithMostWidths() {
        assertThat(blocks().step(Precision.INT8, LayerKind.SPATIAL)).hasValue(16);
        assertThat(blocks().step(Precision.FLOAT, LayerKind.SPATIAL)).isEmpty();
        assertThat(blocks().step(Precision.INT8, LayerKind.POINTWISE)).isEmpty();
    }

    /** Each measured layer is itself; others scale by blocks of 16 and by pixels. */
    @ParameterizedTest
    @CsvSource({
        "16, 16, 32, 1, false",
        "24, 24, 32, 4, false",
        "20, 20, 32, 4, false",
        "16, 16, 8, 0.5, false",
        "16, 32, 32, 2, false",
        "32, 64, 32, 8, false",
        "16, 16, 16, 0.25, false",
        "16, 16, 64, 4, true",
        "128, 128, 32, 64, true",
        "4, 16, 32, 1, true",
        "16, 16, 4, 0.125, true"
    })
    void othersAreScaledFromTheNearest(
            int inputs, int outputs, int side, double micros, boolean outside) {
        LayerEstimate estimate =
                blocks().micros(Precision.INT8, LayerKind.SPATIAL, inputs, outputs, side, side)
                        .orElseThrow();
        assertThat(estimate.micros()).isCloseTo(micros, within(1e-9));
        assertThat(estimate.isOutside()).isEqualTo(outside);
    }

    @Test
    void theNearestIsTold() {
        LayerEstimate estimate =
                blocks().micros(Precision.INT8, LayerKind.SPATIAL, 24, 24, 32, 32).orElseThrow();
        assertThat(estimate.nearest()).isEqualTo(time(24, 24, 32, 4));
    }

    @Test
    void aKindThatWasNotMeasuredHasNoEstimate() {
        assertThat(blocks().micros(Precision.FLOAT, LayerKind.SPATIAL, 16, 16, 32, 32)).isEmpty();
    }

    @Test
    void anAnswerCountsWhereItCoversTheQuestion() {
        ProfileQuestion.Candidate a = candidate("a");
        ProfileQuestion asked =
                new ProfileQuestion("two ways", "Which?", 1, List.of(a, candidate("b")));
        ProfileAnswer answer = full().answer(asked).orElseThrow();
        assertThat(answer.isFaster("b", "a")).isTrue();
        assertThat(answer.isFaster("a", "b")).isFalse();
        ProfileQuestion more =
                new ProfileQuestion("two ways", "Which?", 1, List.of(a, candidate("c")));
        assertThat(full().answer(more)).isEmpty();
        assertThat(EMPTY.answer(asked)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> answer.micros("c"))
                .withMessageContaining("[a, b], not c");
    }

    @Test
    void aTwentiethIsMoreThanNoiseAndAFiftiethIsNot() {
        ProfileAnswer answer =
                new ProfileAnswer("q", Map.of("slow", 1.0, "near", 0.98, "fast", 0.95));
        assertThat(answer.isFaster("fast", "slow")).isTrue();
        assertThat(answer.isFaster("near", "slow")).isFalse();
    }

    private static ProfileQuestion.Candidate candidate(String name) {
        return new ProfileQuestion.Candidate(
                name, () -> GraphText.parse("graph (x: float[1]) -> (y)\ny = Relu(x)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"two words", "a=b", "", "line\nbreak", "tab\t"})
    void candidatesAreWords(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> candidate(name));
    }
}
