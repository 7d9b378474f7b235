package dev.espalier.train.regime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrecisionTest {
    @Test
    void autoTakesBfloat16WhereItsProductsAreFaster() {
        assertThat(Precision.prefersBfloat16("GenuineIntel avx512f avx512_bf16 amx_bf16")).isTrue();
        assertThat(Precision.prefersBfloat16("AuthenticAMD avx512f avx512_bf16")).isTrue();
    }

    @Test
    void autoStaysWithFloat32Elsewhere() {
        assertThat(Precision.prefersBfloat16("GenuineIntel avx512f avx512_bf16")).isFalse();
        assertThat(Precision.prefersBfloat16("AuthenticAMD avx2 fma")).isFalse();
        assertThat(Precision.prefersBfloat16("")).isFalse();
    }

    @Test
    void whatIsAskedForIsTaken() {
        assertThat(Precision.BFLOAT16.isReduced()).isTrue();
        assertThat(Precision.FLOAT32.isReduced()).isFalse();
    }
}
