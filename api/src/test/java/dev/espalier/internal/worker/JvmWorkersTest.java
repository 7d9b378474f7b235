package dev.espalier.internal.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How processes are started; what they do is in tests of the command line. */
class JvmWorkersTest {
    @Test
    void eachHasItsPartOfTheThreads() {
        int all = Runtime.getRuntime().availableProcessors();
        assertThat(JvmWorkers.threads("4", 2)).isEqualTo(2);
        assertThat(JvmWorkers.threads("1", 2)).isEqualTo(1);
        assertThat(JvmWorkers.threads("7", 2)).isEqualTo(3);
        for (String nothing : new String[] {null, "", "0", "many", "-2"}) {
            assertThat(JvmWorkers.threads(nothing, 1)).isEqualTo(all);
        }
    }
}
