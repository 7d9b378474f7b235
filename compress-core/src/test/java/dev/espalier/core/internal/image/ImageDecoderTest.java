package dev.espalier.core.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.DataException;
import dev.espalier.core.data.SmallData;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    @TempDir private Path folder;

    private static BufferedImage noise(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        byte[] colours = SmallData.random(3 * width * height, 5);
        for (int i = 0; i < width * height; i++) {
            int rgb = (colours[3 * i] & 0xff) << 16 | (colours[3 * i + 1] & 0xff) << 8;
            image.setRGB(i % width, i / width, rgb | colours[3 * i + 2] & 0xff);
        }
        return image;
    }

    private static byte[] encoded(BufferedImage image, String format) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    private static byte[] progressive(BufferedImage image) throws Exception {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam settings = writer.getDefaultWriteParam();
        settings.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), settings);
        }
        writer.dispose();
        return bytes.toByteArray();
    }

    private ImageDecoder.Decoded decode(String name, byte[] bytes) throws Exception {
        Path file = Files.write(folder.resolve(name), bytes);
        return ImageDecoder.decode(file, 3);
    }

    private void refused(String name, byte[] bytes, String words) {
        assertThatThrownBy(() -> decode(name, bytes))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(name + " cannot be decoded: ")
                .hasMessageContaining(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "bmp"})
    void refusesAnImageThatIsCutOffAnywhere(String format) throws Exception {
        byte[] whole = encoded(noise(40, 30), format);
        assertThat(decode("whole." + format, whole).size).isEqualTo(new ImageSize(3, 30, 40));
        for (int left = whole.length - 1; left > 0; left -= left > 200 ? 97 : 1) {
            refused("cut." + format, Arrays.copyOf(whole, left), "");
        }
        refused("cut." + format, Arrays.copyOf(whole, whole.length - 1), "it is cut off");
        refused("cut." + format, Arrays.copyOf(whole, whole.length / 2), "it is cut off");
    }

    @Test
    void takesAnImageWithSomethingBehindItsEnd() throws Exception {
        for (String format : new String[] {"png", "jpg"}) {
            byte[] whole = encoded(noise(40, 30), format);
            byte[] longer = Arrays.copyOf(whole, whole.length + 5);
            assertThat(decode("longer." + format, longer).pixels)
                    .isEqualTo(decode("whole." + format, whole).pixels);
        }
    }

    @Test
    void refusesAnyChangedByteOfPng() throws Exception {
        byte[] whole = encoded(noise(9, 7), "png");
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= 0x10;
            refused("changed.png", changed, "");
        }
        byte[] changed = whole.clone();
        changed[60] ^= 1;
        refused("changed.png", changed, "the chunk IDAT at byte 33 has a wrong checksum");
    }

    @Test
    void refusesPngThatLacksAPieceOfItsPixels() throws Exception {
        byte[] whole = encoded(noise(150, 150), "png");
        int first = 33;
        int second = first + 12 + ByteBuffer.wrap(whole).getInt(first);
        ByteArrayOutputStream lacking = new ByteArrayOutputStream();
        lacking.write(whole, 0, second);
        lacking.write(whole, whole.length - 12, 12);
        refused("lacking.png", lacking.toByteArray(), "");
    }

    @Test
    void refusesJpegWhoseScanEndsEarly() throws Exception {
        byte[] whole = encoded(noise(64, 64), "jpg");
        byte[] short1 = Arrays.copyOf(whole, whole.length / 2);
        short1[short1.length - 2] = (byte) 0xff;
        short1[short1.length - 1] = (byte) 0xd9;
        refused("short.jpg", short1, "Corrupt JPEG data");
    }

    @Test
    void refusesProgressiveJpegThatLacksScans() throws Exception {
        byte[] whole = progressive(noise(64, 64));
        assertThat(decode("whole.jpg", whole).size.width()).isEqualTo(64);
        int last = whole.length - 2;
        while (whole[last] != (byte) 0xff || whole[last + 1] != (byte) 0xda) {
            last--;
        }
        byte[] lacking = Arrays.copyOf(whole, last + 2);
        lacking[last + 1] = (byte) 0xd9;
        refused("lacking.jpg", lacking, "parts of its picture are missing");
    }

    @Test
    void takesJpegWithBytesToSpareBeforeItsEnd() throws Exception {
        byte[] whole = encoded(noise(16, 16), "jpg");
        byte[] longer = Arrays.copyOf(whole, whole.length + 3);
        Arrays.fill(longer, whole.length - 2, longer.length - 2, (byte) 0);
        longer[longer.length - 2] = (byte) 0xff;
        longer[longer.length - 1] = (byte) 0xd9;
        assertThat(decode("longer.jpg", longer).pixels)
                .isEqualTo(decode("whole.jpg", whole).pixels);
    }

    @ParameterizedTest
    @CsvSource({
        "gif, a.png, it holds a gif image, though its name says png; convert it",
        "tiff, a.png, it holds a tif image, though its name says png; convert it",
        "tiff, a.bmp, it holds a tif image, though its name says bmp; convert it",
        "png, a.jpg, it holds a png image, though its name says jpg; rename it",
        "jpg, a.png, it holds a jpg image, though its name says png; rename it",
        "gif, a.gif, it is a gif image; convert it to png or jpeg"
    })
    void refusesContentOfAnotherFormatThanTheNameSays(String format, String name, String words)
            throws Exception {
        refused(name, encoded(noise(8, 8), format), words);
    }

    @Test
    void knowsWebpByItsContent() {
        byte[] webp = "RIFF\1\2\3\4WEBPVP8 ".getBytes(StandardCharsets.ISO_8859_1);
        refused("a.png", webp, "it holds a webp image, though its name says png; convert it");
    }

    @Test
    void takesEitherEndingOfJpegInEitherCase() throws Exception {
        byte[] whole = encoded(noise(8, 8), "jpg");
        assertThat(decode("a.JPEG", whole).pixels).isEqualTo(decode("a.jpg", whole).pixels);
    }

    /** A picture whose left half is white, and the top right quarter grey. */
    private static byte[] halves(int orientation, ByteOrder order) throws Exception {
        BufferedImage image = new BufferedImage(32, 16, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 16; y++) {
            for (int x = 0; x < 32; x++) {
                image.setRGB(x, y, x < 16 ? 0xffffff : y < 8 ? 0x808080 : 0);
            }
        }
        byte[] plain = encoded(image, "jpg");
        ByteBuffer exif = ByteBuffer.allocate(4 + 6 + 26).order(ByteOrder.BIG_ENDIAN);
        exif.put(new byte[] {(byte) 0xff, (byte) 0xe1}).putShort((short) 34);
        exif.put("Exif\0\0".getBytes(StandardCharsets.ISO_8859_1)).order(order);
        exif.put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(StandardCharsets.UTF_8));
        exif.putShort((short) 42).putInt(8).putShort((short) 1);
        exif.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(plain, 0, 2);
        bytes.write(exif.array());
        bytes.write(plain, 2, plain.length - 2);
        return bytes.toByteArray();
    }

    /** Brightness at the four corners: top left, top right, bottom left, bottom right. */
    @ParameterizedTest
    @CsvSource({
        "0, 32, 9 5 9 0",
        "1, 32, 9 5 9 0",
        "2, 32, 5 9 0 9",
        "3, 32, 0 9 5 9",
        "4, 32, 9 0 9 5",
        "5, 16, 9 9 5 0",
        "6, 16, 9 9 0 5",
        "7, 16, 0 5 9 9",
        "8, 16, 5 0 9 9",
        "9, 32, 9 5 9 0"
    })
    void turnsPhotographsAsTheirExifDataSays(int orientation, int width, String corners)
            throws Exception {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            ImageDecoder.Decoded image = decode("photo.jpg", halves(orientation, order));
            int height = 48 - width;
            assertThat(image.size).isEqualTo(new ImageSize(3, height, width));
            int[] places = {0, width - 1, (height - 1) * width, height * width - 1};
            StringBuilder found = new StringBuilder();
            for (int place : places) {
                int value = image.pixels[place] & 0xff;
                found.append(value > 200 ? " 9" : value > 60 ? " 5" : " 0");
            }
            assertThat(found.toString().strip()).isEqualTo(corners);
        }
    }
}
