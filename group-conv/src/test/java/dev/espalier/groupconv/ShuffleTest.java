package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.groupconv.structure.Permutation;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShuffleTest {
    private static NormMatrix blocks(int groups, int size) {
        int side = groups * size;
        double[] norms = new double[side * side];
        for (int i = 0; i < norms.length; i++) {
            norms[i] = i / side / size == i % side / size ? 1 : 0;
        }
        return NormMatrix.of(side, side, norms);
    }

    private static List<Double> kept(NormMatrix s) {
        return Shuffle.none(s.rows(), s.columns()).kept(s);
    }

    @Test
    void keptSharesOfKnownMatrices() {
        double[] ones = new double[64];
        Arrays.fill(ones, 1);
        assertThat(kept(NormMatrix.of(8, 8, ones))).containsExactly(1.0, 0.5, 0.25, 0.125);
        assertThat(kept(blocks(4, 2))).containsExactly(1.0, 1.0, 1.0, 0.5);
        assertThat(kept(blocks(8, 1))).containsExactly(1.0, 1.0, 1.0, 1.0);
        assertThat(kept(NormMatrix.of(2, 2, 0, 1, 1, 0))).containsExactly(1.0, 0.0);
        assertThat(kept(NormMatrix.of(3, 2, 1, 1, 1, 1, 1, 1))).containsExactly(1.0);
    }

    @Test
    void theLevelIsTheFinestThatKeepsEnough() {
        assertThat(Groupability.level(List.of(1.0, 0.5, 0.25, 0.125), 0.9)).isZero();
        assertThat(Groupability.level(List.of(1.0, 1.0, 1.0, 0.5), 0.9)).isEqualTo(2);
        // The authors' code stops at 4 groups here, since nothing fails.
        assertThat(Groupability.level(List.of(1.0, 1.0, 1.0, 1.0), 0.9)).isEqualTo(3);
        assertThat(Groupability.level(List.of(1.0, 0.9, 0.2), 0.9)).isEqualTo(1);
        assertThat(Groupability.level(List.of(1.0, 0.3, 0.2), 0)).isEqualTo(2);
    }

    @Test
    void shuffleNetsOrderReadsEachGroupEqually() {
        Shuffle shuffle = Shuffle.interleaved(4, 6, 2);
        assertThat(shuffle.inputs()).isEqualTo(Permutation.of(0, 3, 1, 4, 2, 5));
        assertThat(shuffle.outputs().isIdentity()).isTrue();
    }

    @Test
    void aShuffleOrdersRowsAndColumns() {
        NormMatrix s = NormMatrix.of(2, 2, 1, 2, 3, 4);
        Shuffle shuffle = new Shuffle(Permutation.of(1, 0), Permutation.identity(2));
        assertThat(shuffle.order(s).at(0, 1)).isEqualTo(4);
        assertThat(s.transposed().at(0, 1)).isEqualTo(3);
        assertThat(s.total()).isEqualTo(10);
        assertThat(s.largest()).isEqualTo(4);
    }
}
