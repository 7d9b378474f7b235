package dev.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.pass.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong clock = new AtomicLong(-5);
    private final List<String> forks = new ArrayList<>();

    /** A setting whose every fork takes a second and which is narrow after so many rounds. */
    private final class Made implements Rounds.Turns {
        private final String name;
        private final int models;
        private final int narrowAfter;
        private int done;

        private Made(String name, int models, int narrowAfter) {
            this.name = name;
            this.models = models;
            this.narrowAfter = narrowAfter;
        }

        @Override
        public int models() {
            return models;
        }

        @Override
        public void fork(int index) {
            forks.add(name + index);
            clock.addAndGet(SECOND);
            done += index == models - 1 ? 1 : 0;
        }

        @Override
        public boolean isWide() {
            return done < narrowAfter;
        }
    }

    private List<String> measure(int moreSeconds, Made... settings) {
        new Rounds(new LatencyPlan.Effort(2, 2, 1, moreSeconds), clock::get)
                .measure(List.of(settings), Progress.SILENT);
        return forks;
    }

    @Test
    void modelsTakeTurnsAndEndWithThePlanWhereThatSuffices() {
        assertThat(measure(100, new Made("a", 3, 2), new Made("b", 1, 0)))
                .containsExactly("a0", "a1", "a2", "a0", "a1", "a2", "b0", "b0");
    }

    @Test
    void oneMoreRoundFollowsAsLongAsTheIntervalIsWide() {
        assertThat(measure(100, new Made("a", 2, 4), new Made("b", 2, 2)))
                .containsExactly(
                        "a0", "a1", "a0", "a1", "b0", "b1", "b0", "b1", "a0", "a1", "a0", "a1");
    }

    @Test
    void eachSettingHasItsOwnTimeAndARoundIsNeverBroken() {
        // Rounds begin at 0 and 2 of 3 seconds.
        assertThat(measure(3, new Made("a", 2, 99), new Made("b", 2, 99)).subList(8, 16))
                .containsExactly("a0", "a1", "a0", "a1", "b0", "b1", "b0", "b1");
    }

    @Test
    void withoutTimeThePlanIsAllThereIs() {
        assertThat(measure(0, new Made("a", 2, 99))).hasSize(4);
    }
}
