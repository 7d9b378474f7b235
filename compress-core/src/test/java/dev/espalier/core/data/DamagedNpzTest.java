package dev.espalier.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.testkit.NpzFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives of which some bytes are others than were written. */
class DamagedNpzTest {
    private static final byte[] X =
            NpzFile.npy(
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (30, 1), }",
                    new byte[30 * Float.BYTES]);

    private static final byte[] LABELS =
            NpzFile.npy(
                    "{'descr': '|u1', 'fortran_order': False, 'shape': (30,), }",
                    SmallData.labels(30, 3));

    @TempDir private Path folder;

    private static DataSplits open(Path file) {
        TensorType x = new TensorType(DataType.FLOAT, Shape.of(List.of(Dim.UNKNOWN, Dim.of(1))));
        return DataLoader.open(
                new DataConfig(DataConfig.Format.NPZ, file, Preprocess.DEFAULT, 512, 0),
                Map.of("x", x),
                1);
    }

    /** Members as numpy.savez writes them, unpacked. */
    private byte[] stored() throws IOException {
        Path file = folder.resolve("all.npz");
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        arrays.put("x", X);
        arrays.put("y", LABELS);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.setMethod(ZipOutputStream.STORED);
            for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
                ZipEntry entry = new ZipEntry(array.getKey() + ".npy");
                CRC32 sum = new CRC32();
                sum.update(array.getValue());
                entry.setCrc(sum.getValue());
                entry.setSize(array.getValue().length);
                zip.putNextEntry(entry);
                zip.write(array.getValue());
            }
        }
        return Files.readAllBytes(file);
    }

    private DataSplits openAll(byte[] bytes) throws IOException {
        Files.write(folder.resolve("all.npz"), bytes);
        return open(folder.resolve("all.npz"));
    }

    @Test
    void refusesAnyChangedByteOfAMember() throws Exception {
        byte[] whole = stored();
        assertThat(openAll(whole).test().classes()).isEqualTo(3);
        int first = 30 + "x.npy".length();
        for (int at = first; at < first + 120; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= 1;
            assertThatThrownBy(() -> openAll(changed))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("'x' of ")
                    .hasMessageContaining("all.npz");
        }
        byte[] changed = whole.clone();
        changed[whole.length / 3] ^= 1;
        assertThatThrownBy(() -> openAll(changed)).hasMessageContaining("checksum");
    }

    @Test
    void refusesAChangedNameAnArchiveCutOffAndAWrongSize() throws Exception {
        byte[] whole = stored();
        int contents = whole.length;
        while (whole[--contents] != 'P' || whole[contents + 2] != 1) {
            // to the start of the last entry in the list of contents
        }
        byte[] renamed = whole.clone();
        renamed[contents + 46] = 'z';
        assertThatThrownBy(() -> openAll(renamed))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("all.npz")
                .hasMessageContaining("'y.npy'");
        byte[] resized = whole.clone();
        resized[contents + 24]++;
        assertThatThrownBy(() -> openAll(resized))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("all.npz");
        for (int left : new int[] {whole.length - 1, whole.length / 2, 3, 0}) {
            assertThatThrownBy(() -> openAll(Arrays.copyOf(whole, left)))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("all.npz");
        }
    }

    @Test
    void neverFailsOtherwiseOnDamagedFiles() throws Exception {
        Path file = folder.resolve("all.npz");
        NpzFile.writeEntries(file, Map.of("x", X));
        byte[] good = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(9);
        for (int i = 0; i < 200; i++) {
            byte[] bytes =
                    Arrays.copyOf(good, i % 5 == 0 ? random.nextInt(good.length) : good.length);
            for (int k = 0; k <= i % 4 && bytes.length > 0; k++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Files.write(file, bytes);
            try {
                open(file);
            } catch (DataException e) {
                assertThat(e).hasMessageContaining("all.npz");
            }
        }
    }
}
