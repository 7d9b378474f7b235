package dev.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MutantsTest {
    private static final int COUNTED = 400;

    /** Seeds that were run and recorded stand for these files, and must go on to do so. */
    @Test
    void mutantsStayTheSame() throws Exception {
        Mutants mutants = Mutants.ofSmallModels();
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (long seed = 0; seed < COUNTED; seed++) {
            digest.update(mutants.of(seed));
        }

        assertThat(HexFormat.of().formatHex(digest.digest()))
                .isEqualTo("617bab4bf49e2d79cac2dc764f1ca67c62e9d997c36c19842b0040998917807d");
    }

    @Test
    void mutantsDifferFromEachOther() {
        Mutants mutants = Mutants.ofSmallModels();
        long distinct =
                java.util.stream.LongStream.range(0, COUNTED)
                        .mapToObj(seed -> java.nio.ByteBuffer.wrap(mutants.of(seed)))
                        .distinct()
                        .count();

        assertThat(distinct).isGreaterThan(COUNTED * 9 / 10);
    }

    @Test
    void aFileThatIsNoModelIsChangedByteByByte() {
        Mutants mutants = Mutants.of(List.of(new byte[] {1, 2, 3}));
        for (long seed = 0; seed < COUNTED; seed++) {
            assertThat(mutants.of(seed)).hasSizeLessThan(200);
        }
    }
}
