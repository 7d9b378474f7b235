package dev.espalier.groupconv.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PermutationTest {
    private static final Permutation ORDER = Permutation.of(2, 0, 3, 1);

    @Test
    void theInverseUndoesAnOrderOnBothSides() {
        assertThat(ORDER.inverse()).isEqualTo(Permutation.of(1, 3, 0, 2));
        assertThat(ORDER.then(ORDER.inverse()).isIdentity()).isTrue();
        assertThat(ORDER.inverse().then(ORDER).isIdentity()).isTrue();
        assertThat(ORDER.isIdentity()).isFalse();
    }

    @Test
    void twoGathersAreOne() {
        Permutation next = Permutation.of(1, 0, 2, 3);
        // x = abcd is gathered to c a d b and then to a c d b.
        assertThat(ORDER.then(next)).isEqualTo(Permutation.of(0, 2, 3, 1));
    }

    @Test
    void whatIsNoOrderIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Permutation.of(0, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> Permutation.of(0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ORDER.then(Permutation.identity(3)))
                .withMessageContaining("4 and 3 channels");
    }

    @Test
    void aStructureKeepsTheBlocksOnItsDiagonal() {
        GroupStructure structure =
                new GroupStructure(2, Permutation.of(0, 2, 1, 3), Permutation.identity(2));
        assertThat(structure.keeps(2, 0)).isTrue();
        assertThat(structure.keeps(1, 0)).isFalse();
        assertThat(structure.keeps(3, 1)).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new GroupStructure(
                                        2, Permutation.identity(3), Permutation.identity(2)));
    }
}
