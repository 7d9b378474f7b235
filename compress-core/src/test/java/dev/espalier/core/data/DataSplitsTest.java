package dev.espalier.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Shape;
import dev.espalier.testkit.pass.RandomSamples;
import org.junit.jupiter.api.Test;

class DataSplitsTest {
    private static final RandomSamples MANY = new RandomSamples("x", Shape.of(3), 1024, 1);
    private static final RandomSamples FEW = new RandomSamples("x", Shape.of(3), 5, 2);

    @Test
    void calibratesOnExamplesSpreadOverTheTrainingOnes() {
        DataSplits splits = DataSplits.of(MANY, FEW);
        assertThat(splits.training()).isSameAs(MANY);
        assertThat(splits.validation()).isSameAs(FEW);
        assertThat(splits.test().size()).isZero();
        assertThat(splits.calibration().size()).isEqualTo(512);
        assertThat(splits.calibration().sampleTypes()).isEqualTo(MANY.sampleTypes());
        assertThat(splits.calibration().batch(new int[] {0, 511}).inputs())
                .isEqualTo(MANY.batch(new int[] {0, 1022}).inputs());
    }

    @Test
    void takesAllWhereThereAreFewAndJudgesOnNoneUnlessGiven() {
        DataSplits splits = DataSplits.of(FEW);
        assertThat(splits.calibration().size()).isEqualTo(5);
        assertThat(splits.validation().size()).isZero();
        assertThat(splits.calibration().batch(new int[] {4}).inputs())
                .isEqualTo(FEW.batch(new int[] {4}).inputs());
    }
}
