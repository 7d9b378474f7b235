package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.recipe.Options;
import dev.espalier.graft.MemberSettings.Rates;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.TrainingPlan;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemberSettingsTest {
    private static MemberSettings members(Integer networks, Rates rates, Scion kind) {
        return members(networks, rates, kind, 1);
    }

    private static MemberSettings members(Integer networks, Rates rates, Scion kind, int workers) {
        return Options.defaults(MemberSettings.class)
                .withScion(Options.defaults(ScionSettings.class).withKind(kind))
                .withNetworks(Optional.ofNullable(networks))
                .withRates(rates)
                .withWorkers(workers);
    }

    @ParameterizedTest
    @CsvSource({
        "2, '0.5 1'",
        "3, '0.25 0.75 1'",
        "4, '0.1464 0.5 0.8536 1'",
        "6, '0.067 0.25 0.5 0.75 0.933 1'",
    })
    void differentRatesAreThePublishedOnes(int networks, String expected) {
        MemberSettings members = members(networks, Rates.DIFFERENT, Scion.EXTERNAL);
        String[] each = expected.split(" ");
        for (int i = 1; i <= networks; i++) {
            assertThat(members.multiplier(i))
                    .isCloseTo(Double.parseDouble(each[i - 1]), within(5e-5));
        }
    }

    @Test
    void everyNetworkHasAPlan() {
        assertThat(
                        members(3, Rates.DIFFERENT, Scion.EXTERNAL)
                                .plans(5, 0.2, Options.defaults(Regime.class)))
                .extracting(TrainingPlan::epochs)
                .containsExactly(5, 5, 5);
        assertThat(
                        members(3, Rates.EQUAL, Scion.EXTERNAL)
                                .plans(5, 0.2, Options.defaults(Regime.class)))
                .extracting(TrainingPlan::learningRate)
                .containsExactly(0.2, 0.2, 0.2);
    }

    @Test
    void aRingIsOfTwoAndOtherScionsOfOneUnlessSaid() {
        assertThat(members(null, Rates.EQUAL, Scion.EXTERNAL).count()).isEqualTo(2);
        assertThat(members(null, Rates.DIFFERENT, Scion.NOISE).count()).isEqualTo(1);
        assertThat(members(1, Rates.DIFFERENT, Scion.INTERNAL).multiplier(1)).isEqualTo(1);
    }

    @Test
    void refusesNumbersOfNetworksThatDoNotFit() {
        assertThatThrownBy(() -> members(1, Rates.EQUAL, Scion.EXTERNAL))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("networks to 2 or more");
        assertThatThrownBy(() -> members(2, Rates.EQUAL, Scion.NOISE))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("found networks: 2");
    }

    @Test
    void refusesProcessesThatHaveNothingToDo() {
        assertThat(members(3, Rates.EQUAL, Scion.EXTERNAL, 3).workers()).isEqualTo(3);
        assertThatThrownBy(() -> members(null, Rates.EQUAL, Scion.EXTERNAL, 3))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("more than 2 have nothing to do; found workers: 3");
        assertThatThrownBy(() -> members(null, Rates.EQUAL, Scion.NOISE, 2))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("found workers: 2");
    }
}
