package dev.espalier.core.internal.stored;

import dev.espalier.core.data.Preprocess;
import dev.espalier.core.internal.image.Change;
import dev.espalier.core.internal.image.ImageSize;
import dev.espalier.core.internal.image.Normalization;
import dev.espalier.core.internal.image.Shift;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Map;

/** Images as normalised floats [C, H, W]. */
public final class ImageSource implements ExampleSource {
    private final Images images;
    private final ImageSize size;
    private final float[][] table;
    private final Map<String, TensorType> types;

    /**
     * @param input the model input that takes the images
     */
    public ImageSource(Images images, String input, Preprocess preprocess) {
        this.images = images;
        this.size = images.imageSize();
        this.table = Normalization.of(preprocess, 255, size.channels()).table();
        this.types = Map.of(input, new TensorType(DataType.FLOAT, size.shape()));
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public int label(int index) {
        return images.label(index);
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return types;
    }

    @Override
    public int colourChannels() {
        return size.channels();
    }

    @Override
    public void read(int index, String input, Change change, ByteBuffer target) {
        byte[] pixels = change.colours().apply(images.pixels(index), size.channels());
        Shift shift = change.shift();
        FloatBuffer floats = target.asFloatBuffer();
        float[] row = new float[size.width()];
        for (int c = 0; c < size.channels(); c++) {
            for (int y = 0; y < size.height(); y++) {
                fill(row, pixels, c, y + shift.down(), shift);
                floats.put(row);
            }
        }
        target.position(target.position() + 4 * size.bytes());
    }

    /**
     * One row of the output: row {@code y} of the image, which may lie outside of it.
     *
     * @param row [W], overwritten
     */
    private void fill(float[] row, byte[] pixels, int channel, int y, Shift shift) {
        float[] normalised = table[channel];
        int width = size.width();
        if (y < 0 || y >= size.height()) {
            java.util.Arrays.fill(row, normalised[0]);
            return;
        }
        int start = (channel * size.height() + y) * width;
        int from = Math.min(width, Math.max(0, -shift.right()));
        int to = Math.max(from, Math.min(width, width - shift.right()));
        java.util.Arrays.fill(row, 0, from, normalised[0]);
        java.util.Arrays.fill(row, to, width, normalised[0]);
        if (shift.mirrored()) {
            int last = start + width - 1 - shift.right();
            for (int x = from; x < to; x++) {
                row[x] = normalised[pixels[last - x] & 0xff];
            }
        } else {
            int first = start + shift.right();
            for (int x = from; x < to; x++) {
                row[x] = normalised[pixels[first + x] & 0xff];
            }
        }
    }
}
