package dev.espalier.quantize.option;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.internal.saturation.SaturatingRunner;
import org.junit.jupiter.api.Test;

class TargetTest {
    private static final ModelRunner EXACT = Runners.EXACT;
    private static final ModelRunner SATURATING = new SaturatingRunner(EXACT);

    private static final ModelRunner UNASKED =
            (model, values) -> {
                throw new AssertionError("nobody should ask the runtime");
            };

    @Test
    void theRuntimeIsAskedForOneSum() {
        assertThat(Target.addsExactly(EXACT)).isTrue();
        assertThat(Target.addsExactly(SATURATING)).isFalse();
    }

    @Test
    void onlyTheHostsOwnSumsDependOnTheHost() {
        assertThat(Target.ANY.isExact(UNASKED)).isFalse();
        assertThat(Target.VNNI.isExact(UNASKED)).isTrue();
        assertThat(Target.HOST.isExact(EXACT)).isTrue();
        assertThat(Target.HOST.isExact(SATURATING)).isFalse();
    }
}
