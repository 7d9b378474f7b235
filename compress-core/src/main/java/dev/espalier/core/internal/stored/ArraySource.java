package dev.espalier.core.internal.stored;

import dev.espalier.core.internal.image.Change;
import dev.espalier.core.internal.image.Shift;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Examples whose inputs are arrays of numbers in memory, normalised when they were read. */
final class ArraySource implements ExampleSource {
    /** One input of all examples. */
    interface Column {
        TensorType type();

        void read(int index, Shift shift, ByteBuffer target);
    }

    /** Floats that are already normalised. */
    static final class Floats implements Column {
        private final TensorType type;
        private final float[] values;
        private final float[] zeros;
        private final int count;

        /**
         * @param values [N, ...sample]
         * @param zeros what a 0 becomes in each channel, for padding
         */
        Floats(Shape sample, float[] values, float[] zeros) {
            this.type = new TensorType(DataType.FLOAT, sample);
            this.values = values;
            this.zeros = zeros;
            this.count = Math.toIntExact(sample.elementCount());
        }

        @Override
        public TensorType type() {
            return type;
        }

        @Override
        public void read(int index, Shift shift, ByteBuffer target) {
            FloatBuffer floats = target.asFloatBuffer();
            if (shift.equals(Shift.NONE) || type.shape().rank() != 3) {
                floats.put(values, index * count, count);
            } else {
                readShifted(index * count, shift, floats);
            }
            target.position(target.position() + 4 * count);
        }

        private void readShifted(int start, Shift shift, FloatBuffer target) {
            int height = (int) type.shape().size(1);
            int width = (int) type.shape().size(2);
            for (int c = 0; c < zeros.length; c++) {
                for (int y = 0; y < height; y++) {
                    int fromY = y + shift.down();
                    for (int x = 0; x < width; x++) {
                        int right = x + shift.right();
                        int fromX = shift.mirrored() ? width - 1 - right : right;
                        boolean inside =
                                fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
                        target.put(
                                inside
                                        ? values[start + (c * height + fromY) * width + fromX]
                                        : zeros[c]);
                    }
                }
            }
        }
    }

    /** Integers, such as token numbers, as they are stored. */
    static final class Integers implements Column {
        static final List<DataType> TYPES =
                List.of(
                        DataType.INT64,
                        DataType.INT32,
                        DataType.INT16,
                        DataType.INT8,
                        DataType.UINT8,
                        DataType.BOOL);

        /** Whether {@code value} is one that an element of {@code type} can have. */
        static boolean holds(DataType type, long value) {
            return switch (type) {
                case INT32 -> value == (int) value;
                case INT16 -> value == (short) value;
                case INT8 -> value == (byte) value;
                case UINT8 -> value == (value & 0xff);
                case BOOL -> value == (value & 1);
                default -> true;
            };
        }

        private final TensorType type;
        private final long[] values;
        private final int count;

        /**
         * @param type of one example, one of {@link #TYPES}
         * @param values [N, ...sample]
         */
        Integers(TensorType type, long[] values) {
            this.type = type;
            this.values = values;
            this.count = Math.toIntExact(type.shape().elementCount());
        }

        @Override
        public TensorType type() {
            return type;
        }

        @Override
        public void read(int index, Shift shift, ByteBuffer target) {
            for (int i = index * count; i < (index + 1) * count; i++) {
                switch (type.dataType()) {
                    case INT64 -> target.putLong(values[i]);
                    case INT32 -> target.putInt((int) values[i]);
                    case INT16 -> target.putShort((short) values[i]);
                    default -> target.put((byte) values[i]);
                }
            }
        }
    }

    private final Map<String, Column> columns;
    private final ClassLabels labels;

    ArraySource(Map<String, Column> columns, ClassLabels labels) {
        this.columns = new LinkedHashMap<>(columns);
        this.labels = labels;
    }

    @Override
    public int size() {
        return labels.size();
    }

    @Override
    public int label(int index) {
        return labels.at(index);
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        Map<String, TensorType> types = new LinkedHashMap<>();
        columns.forEach((input, column) -> types.put(input, column.type()));
        return types;
    }

    @Override
    public void read(int index, String input, Change change, ByteBuffer target) {
        columns.get(input).read(index, change.shift(), target);
    }
}
