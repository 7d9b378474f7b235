package dev.espalier.groupconv.internal.convert;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SlotColoursTest {
    private static final int[] ANY = {-1, -1};
    private static final int[] HALVES = {0, 0, 0, 1, 1, 1};
    private static final int[] THIRDS = {0, 0, 1, 1, 2, 2};

    @Test
    void channelsOfALabelStandTogetherInAscendingOrder() {
        SlotColours colours = new SlotColours(6);

        assertThat(colours.accept(HALVES, new int[] {1, 0, 1, 0, 1, 0}, ANY)).isTrue();
        assertThat(colours.order()).containsExactly(1, 3, 5, 0, 2, 4);
    }

    @Test
    void aGivenSequenceIsKept() {
        SlotColours colours = new SlotColours(6);

        assertThat(colours.accept(HALVES, new int[] {1, 0, 1, 0, 1, 0}, new int[] {1, 0})).isTrue();
        assertThat(colours.order()).containsExactly(0, 2, 4, 1, 3, 5);
    }

    @Test
    void halvesAndThirdsGoTogetherWhereTheMiddleThirdHasOneOfEachHalf() {
        SlotColours colours = new SlotColours(6);
        assertThat(colours.accept(HALVES, new int[] {0, 1, 0, 1, 0, 1}, ANY)).isTrue();

        assertThat(colours.accept(THIRDS, new int[] {0, 1, 0, 1, 2, 2}, new int[] {-1, -1, -1}))
                .isTrue();
        assertThat(colours.order()).containsExactly(0, 2, 4, 5, 1, 3);
    }

    @Test
    void whatContradictsAnAcceptedSideIsRefusedAndChangesNothing() {
        SlotColours colours = new SlotColours(6);
        colours.accept(HALVES, new int[] {0, 1, 0, 1, 0, 1}, ANY);

        assertThat(colours.accept(HALVES, new int[] {0, 0, 0, 1, 1, 1}, ANY)).isFalse();
        assertThat(colours.accept(HALVES, new int[] {0, 1, 0, 1, 0, 1}, new int[] {1, 0}))
                .isFalse();
        assertThat(colours.order()).containsExactly(0, 2, 4, 1, 3, 5);
    }

    @Test
    void oneLabelCannotBeGivenTwice() {
        assertThat(new SlotColours(6).accept(HALVES, HALVES, new int[] {0, 0})).isFalse();
    }
}
