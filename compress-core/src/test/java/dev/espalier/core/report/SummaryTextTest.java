package dev.espalier.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SummaryTextTest {
    @Test
    void showsBeforeAfterAndTheirRatio() {
        assertThat(SummaryText.of(Samples.full()).replace('\u00a0', ' '))
                .isEqualTo(
                        """
                        3.93× faster, 6.33× smaller, 1.02 points less accurate

                                                              before     after   before / after
                        size                                 1.08 MB    171 kB   6.33×
                        parameters                             270 k     139 k   1.95×
                        MACs                                  40.6 M    20.1 M   2.02×
                        top-1, 10 000 test                   91.73 %   90.71 %   −1.02 points
                        top-5, 10 000 test                   95.87 %   95.36 %   −0.51 points
                        loss, 10 000 test                     0.1654    0.1858
                        median latency, 1 thread, batch 1     843 µs    214 µs   3.93× (3.84× to 3.99×)
                        median latency, 2 threads, batch 1    518 µs    172 µs   3.01× (2.94× to 3.06×)
                        median latency, 1 thread, batch 16   12.3 ms   2.99 ms   4.12× (4.11× to 4.13×)

                        measured on AMD EPYC, 2 cores, 8-bit dot products

                        goal met: max-drop 1.5 (found 1.02), min-speedup 3 (found 3.93)
                        """);
    }

    @Test
    void leavesOutWhatWasNotMeasured() {
        assertThat(SummaryText.of(Samples.bare()))
                .startsWith("as large as before, as many MACs\n")
                .doesNotContain("latency", "top-1", "goal", "NaN", "measured on");
    }
}
