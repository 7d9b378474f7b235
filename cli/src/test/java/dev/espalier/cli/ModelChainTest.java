package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.testkit.Mutants;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A part of the campaign that {@code docs/reliability.md} records. */
class ModelChainTest {
    private static final int MUTANTS = 3000;

    @Test
    void mutantsAreUsedOrRefused() {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        MutantCampaign campaign =
                new MutantCampaign(
                        Mutants.ofSmallModels(),
                        new PrintStream(told, true, StandardCharsets.UTF_8));

        int faults = campaign.run(0, MUTANTS);

        assertThat(faults).as(told.toString(StandardCharsets.UTF_8)).isZero();
        // Files that nothing can be done with would test reading alone.
        assertThat(campaign.succeeded()).isGreaterThan(MUTANTS / 20);
    }
}
