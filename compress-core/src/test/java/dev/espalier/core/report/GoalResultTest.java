package dev.espalier.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GoalResultTest {
    @Test
    void saysWhereTheFigureWouldDoButWhatCanBeStoodForDoesNot() {
        assertThat(new GoalResult.Check("min-speedup", 2, 2.09, 1.71, false).words())
                .isEqualTo("found 2.09, of which 1.71 can be stood for");
        assertThat(new GoalResult.Check("min-speedup", 2, 2.09, 2.05, true).words())
                .isEqualTo("found 2.09");
        assertThat(new GoalResult.Check("min-speedup", 2, 1.9, 1.5, false).words())
                .isEqualTo("found 1.9");
        assertThat(new GoalResult.Check("min-speedup", 2, Double.NaN, false).words())
                .isEqualTo("found –");
        assertThat(new GoalResult.Check("max-drop", 1, 2, false).words()).isEqualTo("found 2");
    }
}
