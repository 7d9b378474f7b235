package dev.espalier.core.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    @Test
    void countsEdits() {
        assertThat(Nearest.distance("", "abc")).isEqualTo(3);
        assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(Nearest.distance("abcd", "acbd")).isEqualTo(1);
        assertThat(Nearest.distance("same", "same")).isZero();
    }

    @Test
    void offersTheNearestOnlyWhereOneIsNear() {
        List<String> valid = List.of("prune", "quantize", "distill");
        assertThat(Nearest.hint("prun", valid)).isEqualTo(", did you mean 'prune'?");
        assertThat(Nearest.hint("quantise", valid)).isEqualTo(", did you mean 'quantize'?");
        assertThat(Nearest.hint("zzz", valid))
                .isEqualTo("; expected one of prune, quantize, distill");
    }
}
