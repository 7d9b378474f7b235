package dev.espalier.quantize.internal.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairSumsTest {
    @ParameterizedTest
    @CsvSource({
        "255, 127, 255, 127, -32003", // 64770 becomes 32767
        "255, -127, 255, -127, 32002", // -64770 becomes -32768
        "255, 64, 255, 64, 0", // 32640 fits
        "255, 65, 255, 64, -128", // 32895 becomes 32767
        "255, -65, 255, -64, 127", // -32895 becomes -32768
        "255, 127, 255, -127, 0",
        "255, 127, 0, 127, 0",
        "129, 127, 129, 127, 0", // 32766 fits
        "130, 127, 129, 127, -126", // 32893
        "0, 0, 0, 0, 0",
    })
    void theExcessIsWhatClampingTo16BitsTakes(int a0, int w0, int a1, int w1, int excess) {
        assertThat(PairSums.excess(a0, w0, a1, w1)).isEqualTo(excess);
    }

    @Test
    void weightsCanSaturateWhereSomeBytesDo() {
        for (int w0 = -127; w0 <= 127; w0++) {
            for (int w1 = -127; w1 <= 127; w1++) {
                boolean expected = w0 + w1 > 128 && w0 > 0 && w1 > 0;
                expected |= w0 + w1 < -128 && w0 < 0 && w1 < 0;
                assertThat(PairSums.canSaturate(w0, w1)).as("%d %d", w0, w1).isEqualTo(expected);
            }
        }
    }

    @Test
    void weightsOf7BitsNeverSaturate() {
        for (int w0 = -64; w0 <= 64; w0++) {
            for (int w1 = -64; w1 <= 64; w1++) {
                assertThat(PairSums.canSaturate(w0, w1)).isFalse();
            }
        }
    }

    /** As the instruction is defined: both products exact, their sum clamped. */
    @Test
    void randomPairsAreAsTheInstructionMakesThem() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 10_000; i++) {
            int a0 = random.nextInt(256);
            int a1 = random.nextInt(256);
            int w0 = random.nextInt(-127, 128);
            int w1 = random.nextInt(-127, 128);
            long exact = (long) a0 * w0 + (long) a1 * w1;
            long clamped = exact > 32767 ? 32767 : exact < -32768 ? -32768 : exact;
            assertThat(exact + PairSums.excess(a0, w0, a1, w1)).isEqualTo(clamped);
        }
    }
}
