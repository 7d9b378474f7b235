package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.recipe.Options;
import org.junit.jupiter.api.Test;

class BlendSettingsTest {
    private static final float[] FLAT = {1, 1, 1, 1};
    private static final float[] SPREAD = {1, 2, 3, 4};

    @Test
    void theDefaultsAreThePublishedOnes() {
        BlendSettings settings = Options.defaults(BlendSettings.class);
        assertThat(settings.share(FLAT, SPREAD)).isEqualTo(0.30);
        assertThat(settings.share(SPREAD, FLAT)).isEqualTo(0.70);
        assertThat(settings.share(SPREAD, SPREAD))
                .isEqualTo(0.5)
                .isEqualTo(settings.shareOfEquals());
    }

    @Test
    void l1ComparesMagnitudesAndNotTheirSpread() {
        BlendSettings settings =
                Options.defaults(BlendSettings.class).withInformation(Information.L1);
        assertThat(settings.share(new float[] {9, -9}, new float[] {1, 2})).isEqualTo(0.70);
        assertThat(settings.share(new float[] {2, -2}, new float[] {1, 3})).isEqualTo(0.5);
    }

    @Test
    void withoutInformationTheShareIsTheFixedOne() {
        BlendSettings settings =
                Options.defaults(BlendSettings.class)
                        .withInformation(Information.NONE)
                        .withFixed(0.75);
        assertThat(settings.share(FLAT, SPREAD))
                .isEqualTo(0.75)
                .isEqualTo(settings.shareOfEquals());
    }

    @Test
    void binsAndSteepnessTell() {
        float[] own = {0, 1, 2, 3, 4, 5, 6, 7};
        float[] donor = {0, 0, 0, 0, 0, 0, 0, 7};
        BlendSettings coarse =
                Options.defaults(BlendSettings.class).withC(1).withBins(2).withDigits(-1);
        BlendSettings fine = Options.defaults(BlendSettings.class).withC(1).withDigits(-1);
        BlendSettings steep = Options.defaults(BlendSettings.class).withC(5).withDigits(-1);
        assertThat(coarse.share(own, donor)).isLessThan(fine.share(own, donor));
        assertThat(fine.share(own, donor)).isLessThan(steep.share(own, donor));
    }
}
