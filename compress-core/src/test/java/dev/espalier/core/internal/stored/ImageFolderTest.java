package dev.espalier.core.internal.stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.data.SmallData;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.internal.image.ImageDecoder;
import dev.espalier.core.ir.TensorType;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
    @TempDir private Path folder;

    private DataSplits open(TensorType input, Preprocess preprocess) {
        DataConfig config = DataConfig.of(DataConfig.Format.IMAGE_FOLDER, folder, preprocess);
        return DataLoader.open(config, "x", input, 1);
    }

    private DataSplits open() {
        return open(SmallData.images(3, 4, 6), Preprocess.DEFAULT);
    }

    private static void image(Path file, int width, int height, int rgb) throws Exception {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, rgb);
            }
        }
        String name = file.toString();
        String format =
                name.substring(name.lastIndexOf('.') + 1).toLowerCase(java.util.Locale.ROOT);
        assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    }

    /** Cats are red, dogs green. */
    private void pets(String part, int each) throws Exception {
        for (int i = 0; i < each; i++) {
            image(folder.resolve(part + "cat/" + i + ".png"), 6, 4, 0xff0000);
            image(folder.resolve(part + "dog/" + i + ".bmp"), 6, 4, 0x00ff00);
        }
    }

    @Test
    void numbersClassesByNameAndDecodesPixels() throws Exception {
        pets("", 10);
        DataSplits splits = open();
        assertThat(splits.test().classes()).isEqualTo(2);
        assertThat(splits.training().size() + splits.validation().size() + splits.test().size())
                .isEqualTo(20);
        for (int i = 0; i < splits.training().size(); i++) {
            Batch batch = splits.training().batch(new int[] {i});
            float[] values = batch.inputs().get("x").toFloats();
            boolean cat = batch.labels()[0] == 0;
            assertThat(values[0]).isEqualTo(cat ? 1 : 0);
            assertThat(values[24]).isEqualTo(cat ? 0 : 1);
            assertThat(values[48]).isZero();
        }
    }

    @Test
    void usesThePartsThatAreThere() throws Exception {
        pets("train/", 10);
        pets("val/", 3);
        pets("test/", 2);
        DataSplits splits = open();
        assertThat(splits.training().size()).isEqualTo(20);
        assertThat(splits.validation().size()).isEqualTo(6);
        assertThat(splits.test().size()).isEqualTo(4);
    }

    @Test
    void testsOnValWhereThereIsNoTest() throws Exception {
        pets("train/", 10);
        pets("val/", 3);
        DataSplits splits = open();
        assertThat(splits.training().size()).isEqualTo(18);
        assertThat(splits.validation().size()).isEqualTo(2);
        assertThat(splits.test().size()).isEqualTo(6);
    }

    @Test
    void imagesAloneHaveNoLabels() throws Exception {
        for (int i = 0; i < 10; i++) {
            image(folder.resolve(i + ".png"), 6, 4, 0xff0000);
        }
        DataSplits splits = open();
        assertThat(splits.training().classes()).isZero();
        assertThat(splits.test().classes()).isZero();
        assertThat(splits.training().size() + splits.validation().size() + splits.test().size())
                .isEqualTo(10);
        assertThat(splits.training().batch(new int[] {0}).labels()).containsExactly(-1);
        assertThat(splits.training().batch(new int[] {0}).inputs().get("x").toFloats()[0])
                .isEqualTo(1);
    }

    @Test
    void trainingImagesMayLackTheLabelsThatTestImagesHave() throws Exception {
        for (int i = 0; i < 10; i++) {
            image(folder.resolve("train/" + i + ".png"), 6, 4, 0xff0000);
        }
        pets("test/", 2);
        DataSplits splits = open();
        assertThat(splits.training().classes()).isZero();
        assertThat(splits.validation().classes()).isZero();
        assertThat(splits.test().classes()).isEqualTo(2);
        assertThat(splits.test().batch(new int[] {0, 3}).labels()).containsExactly(0, 1);
    }

    @Test
    void filesThatAreNoImagesMakeNoDataset() throws Exception {
        Files.writeString(folder.resolve("notes.txt"), "x");
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("images alone that have no classes");
        image(folder.resolve("0.png"), 6, 4, 0xff0000);
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("notes.txt is no png, jpeg or bmp file");
    }

    @Test
    void readsJpegAndPassesOverHiddenFiles() throws Exception {
        image(folder.resolve("a/1.JPG"), 6, 4, 0x808080);
        image(folder.resolve("a/deeper/2.jpeg"), 6, 4, 0x808080);
        image(folder.resolve("b/1.png"), 6, 4, 0x808080);
        Files.writeString(folder.resolve("a/.DS_Store"), "x");
        Dataset training = open().training();
        float[] values = training.batch(new int[] {0}).inputs().get("x").toFloats();
        assertThat(values[0]).isBetween(126 / 255f, 130 / 255f);
    }

    @Test
    void keepsTheStoredNumbersOfGreyImages() throws Exception {
        BufferedImage grey = new BufferedImage(6, 4, BufferedImage.TYPE_BYTE_GRAY);
        grey.getRaster().setSample(2, 1, 0, 77);
        Files.createDirectories(folder.resolve("a"));
        ImageIO.write(grey, "png", folder.resolve("a/0.png").toFile());
        ImageIO.write(grey, "png", folder.resolve("a/1.png").toFile());
        for (int channels : new int[] {1, 3}) {
            DataSplits splits = open(SmallData.images(channels, 4, 6), Preprocess.DEFAULT);
            float[] values = splits.training().batch(new int[] {0}).inputs().get("x").toFloats();
            assertThat(values).hasSize(24 * channels);
            assertThat(values[24 * (channels - 1) + 6 + 2]).isEqualTo(77 / 255f);
        }
    }

    @Test
    void turnsColourIntoLuminanceForAModelOfOneChannel() throws Exception {
        image(folder.resolve("a/0.png"), 6, 4, 0x00ff00);
        image(folder.resolve("a/1.png"), 6, 4, 0x00ff00);
        DataSplits splits = open(SmallData.images(1, 4, 6), Preprocess.DEFAULT);
        assertThat(splits.training().batch(new int[] {0}).inputs().get("x").toFloats()[0])
                .isEqualTo(150 / 255f);
    }

    @Test
    void bringsImagesOfAllSizesToOne() throws Exception {
        image(folder.resolve("a/0.png"), 30, 17, 0xff0000);
        image(folder.resolve("a/1.png"), 9, 40, 0xff0000);
        image(folder.resolve("b/0.png"), 8, 8, 0xff0000);
        Preprocess sized = Preprocess.DEFAULT.withSize(Optional.of(10), Optional.of(8));
        DataSplits splits = open(SmallData.images(3, 8, 8), sized);
        int[] all = java.util.stream.IntStream.range(0, splits.training().size()).toArray();
        float[] values = splits.training().batch(all).inputs().get("x").toFloats();
        assertThat(values[0]).isEqualTo(1);
        assertThat(values[63]).isEqualTo(1);
        assertThat(values[64]).isZero();
    }

    @Test
    void namesAnImageOfAnotherSize() throws Exception {
        pets("train/", 2);
        pets("test/", 2);
        image(folder.resolve("train/cat/1.png"), 6, 5, 0xff0000);
        DataConfig whole =
                new DataConfig(DataConfig.Format.IMAGE_FOLDER, folder, Preprocess.DEFAULT, 512, 0);
        Dataset training = DataLoader.open(whole, "x", SmallData.images(3, 4, 6), 1).training();
        assertThatThrownBy(() -> training.batch(new int[] {0, 1, 2, 3}))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("1.png gives [3,5,6], other images give [3,4,6]")
                .hasMessageContaining("resize");
    }

    @Test
    void namesAnImageThatDoesNotDecode() throws Exception {
        pets("train/", 5);
        pets("test/", 1);
        byte[] good = Files.readAllBytes(folder.resolve("train/cat/0.png"));
        byte[][] broken = {
            java.util.Arrays.copyOf(good, good.length / 2), "no image".getBytes("UTF-8"), {}
        };
        for (byte[] bytes : broken) {
            Files.write(folder.resolve("test/dog/0.bmp"), bytes);
            Dataset test = open().test();
            assertThatThrownBy(() -> test.batch(new int[] {0, 1}))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("0.bmp cannot be decoded");
        }
    }

    @Test
    void refusesLinksThatLeadNowhereAndFollowsOthers() throws Exception {
        pets("train/", 5);
        pets("test/", 2);
        Path link = folder.resolve("test/cat/7.png");
        Files.createSymbolicLink(link, folder.resolve("train/cat/0.png"));
        assertThat(open().test().size()).isEqualTo(5);
        Files.delete(link);
        for (String name : new String[] {"test/cat/7.png", "test/cat/deeper", "test/emu", "val"}) {
            Path broken = folder.resolve(name);
            Files.createSymbolicLink(broken, folder.resolve("nowhere"));
            assertThatThrownBy(this::open)
                    .isInstanceOf(DataException.class)
                    .hasMessage(broken + " is a link that leads nowhere; mend or remove it");
            Files.delete(broken);
        }
        Files.createSymbolicLink(folder.resolve("test/cat/.hidden"), folder.resolve("nowhere"));
        assertThat(open().test().size()).isEqualTo(4);
    }

    @Test
    void refusesWebpBeforeAnythingIsDecoded() throws Exception {
        pets("train/", 2);
        Files.writeString(folder.resolve("train/dog/9.WebP"), "RIFF");
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("9.WebP is a WebP image, which is not read; convert it");
        Files.delete(folder.resolve("train/dog/9.WebP"));
        assertThat(open().training().size()).isPositive();
        Path alone = Files.createDirectories(folder.resolve("alone"));
        Files.writeString(alone.resolve("0.webp"), "RIFF");
        assertThatThrownBy(() -> ImageFolder.classes(alone))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("0.webp is a WebP image");
    }

    @Test
    void neverFailsOtherwiseOnDamagedImages() throws Exception {
        image(folder.resolve("a/0.png"), 6, 4, 0x123456);
        image(folder.resolve("a/0.jpg"), 6, 4, 0x123456);
        image(folder.resolve("a/0.bmp"), 6, 4, 0x123456);
        java.util.SplittableRandom random = new java.util.SplittableRandom(3);
        int refused = 0;
        for (String name : new String[] {"0.png", "0.jpg", "0.bmp"}) {
            byte[] good = Files.readAllBytes(folder.resolve("a/" + name));
            Path file = folder.resolve("broken-" + name);
            for (int i = 0; i < 80; i++) {
                byte[] bytes = good.clone();
                for (int k = 0; k <= i % 4; k++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
                Files.write(file, bytes);
                try {
                    ImageDecoder.decode(file, 3);
                } catch (DataException e) {
                    refused++;
                    assertThat(e).hasMessageContaining("broken-" + name);
                }
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void namesAnImageThatResizingMakesHuge() throws Exception {
        image(folder.resolve("a/0.png"), 4, 4, 0xff0000);
        image(folder.resolve("a/1.png"), 1, 2000, 0xff0000);
        Preprocess sized = Preprocess.DEFAULT.withSize(Optional.of(400), Optional.of(400));
        ImageFolder images = ImageFolder.open(folder.resolve("a"), java.util.List.of(), 3, sized);
        assertThat(images.pixels(0)).hasSize(3 * 400 * 400);
        assertThatThrownBy(() -> images.pixels(1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("1.png: an image of 1x2000 pixels would have 800000x400");
    }

    @Test
    void refusesACropLargerThanTheImage() throws Exception {
        pets("", 4);
        Preprocess cropped = Preprocess.DEFAULT.withSize(Optional.empty(), Optional.of(5));
        Dataset training = open(SmallData.images(3, 5, 5), cropped).training();
        assertThatThrownBy(() -> training.batch(new int[] {0}))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("6x4 pixels, too few for a crop of 5");
    }

    @Test
    void refusesAnEmptyFolderAStrangeFileAndAnUnknownClass() throws Exception {
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is empty");
        Files.createDirectories(folder.resolve("cat"));
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("holds no images");
        Files.writeString(folder.resolve("cat/notes.txt"), "x");
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("notes.txt is no png, jpeg or bmp");
        Files.delete(folder.resolve("cat/notes.txt"));
        Files.delete(folder.resolve("cat"));
        pets("train/", 2);
        pets("test/", 2);
        image(folder.resolve("test/emu/0.png"), 6, 4, 0);
        assertThatThrownBy(this::open)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("'emu'");
    }

    @Test
    void refusesAModelThatTakesNoImages() throws Exception {
        pets("", 4);
        assertThatThrownBy(() -> open(SmallData.images(4, 4, 6), Preprocess.DEFAULT))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("1 or 3 channels, not 4");
    }
}
