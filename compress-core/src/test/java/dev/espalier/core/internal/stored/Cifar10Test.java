package dev.espalier.core.internal.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.SmallData;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.ir.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
    @TempDir private Path folder;

    private DataSplits open() {
        DataConfig config = DataConfig.of(DataConfig.Format.CIFAR10, folder, Preprocess.DEFAULT);
        return DataLoader.open(config, "x", SmallData.images(3, 32, 32), 1);
    }

    @Test
    void readsLabelsAndPixelsInTheirOrder() throws Exception {
        SmallData.cifar10(folder, 20);
        DataSplits splits = open();
        assertThat(splits.training().size() + splits.validation().size()).isEqualTo(40);
        assertThat(splits.test().size()).isEqualTo(20);
        assertThat(splits.test().classes()).isEqualTo(10);
        Batch batch = splits.test().batch(new int[] {13, 0});
        assertThat(batch.labels()).containsExactly(3, 0);
        assertThat(batch.inputs().get("x").shape()).isEqualTo(Shape.of(2, 3, 32, 32));
        byte[] file = Files.readAllBytes(folder.resolve("test_batch.bin"));
        float[] values = batch.inputs().get("x").toFloats();
        for (int i = 0; i < 3072; i++) {
            assertThat(values[i]).isEqualTo((file[13 * 3073 + 1 + i] & 0xff) / 255f);
            assertThat(values[3072 + i]).isEqualTo((file[1 + i] & 0xff) / 255f);
        }
    }

    @Test
    void refusesALabelAboveNine() throws Exception {
        SmallData.cifar10(folder, 20);
        byte[] bytes = SmallData.cifarBatch(20, 1);
        bytes[7 * 3073] = 10;
        Files.write(folder.resolve("data_batch_2.bin"), bytes);
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("data_batch_2.bin: image 7 has the label 10");
    }

    @Test
    void refusesAFileThatIsCutOff() throws Exception {
        SmallData.cifar10(folder, 20);
        byte[] bytes = SmallData.cifarBatch(20, 1);
        Files.write(folder.resolve("test_batch.bin"), Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("test_batch.bin has 61459 bytes");
        Files.write(folder.resolve("test_batch.bin"), new byte[0]);
        assertThatThrownBy(this::open).isInstanceOf(DataException.class);
    }

    @Test
    void refusesAnEmptyOrAbsentFolder() throws Exception {
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("data_batch_1.bin");
        SmallData.cifar10(folder, 20);
        Files.delete(folder.resolve("test_batch.bin"));
        assertThatThrownBy(this::open).hasMessageContaining("test_batch.bin");
        folder = folder.resolve("absent");
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no such folder");
    }
}
