package dev.espalier.core.internal.stored;

import dev.espalier.core.DataException;
import dev.espalier.core.data.DataFiles;
import dev.espalier.core.data.Preprocess;
import dev.espalier.core.internal.image.Normalization;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads a table with a header: one column of class numbers, named {@code label}, {@code labels},
 * {@code class} or {@code y}, or columns of float targets, whose names begin with {@code target},
 * or both; and features in all others, in their order.
 */
public final class CsvTable {
    private static final List<String> LABELS = List.of("label", "labels", "class", "y");
    private static final String TARGET = "target";
    private static final CSVFormat FORMAT =
            CSVFormat.DEFAULT
                    .builder()
                    .setHeader()
                    .setSkipHeaderRecord(true)
                    .setIgnoreSurroundingSpaces(true)
                    .setTrim(true)
                    .get();

    private final Path file;
    private final ModelInput input;
    private final Preprocess preprocess;

    public CsvTable(Path file, ModelInput input, Preprocess preprocess) {
        this.file = file;
        this.input = input;
        this.preprocess = preprocess;
    }

    public ExampleSource read() {
        try (Reader text = new InputStreamReader(DataFiles.open(file), StandardCharsets.UTF_8);
                CSVParser parser = CSVParser.parse(withoutMark(text), FORMAT)) {
            return read(parser);
        } catch (IOException e) {
            throw DataFiles.unreadable(file, e);
        } catch (UncheckedIOException e) {
            throw DataFiles.unreadable(file, e.getCause());
        } catch (IllegalArgumentException | IllegalStateException e) {
            // Commons CSV's word for a header or a quotation that makes no sense.
            throw new DataException(file + " is no table: " + e.getMessage(), e);
        }
    }

    /** Some programs begin a UTF-8 file with a byte order mark. */
    private static Reader withoutMark(Reader text) throws IOException {
        java.io.PushbackReader reader = new java.io.PushbackReader(text);
        int first = reader.read();
        if (first >= 0 && first != 0xfeff) {
            reader.unread(first);
        }
        return reader;
    }

    private ExampleSource read(CSVParser parser) {
        List<String> names = parser.getHeaderNames();
        List<Integer> targetColumns = targetColumns(names);
        int labelColumn = labelColumn(names, !targetColumns.isEmpty());
        List<Integer> featureColumns = new ArrayList<>();
        for (int column = 0; column < names.size(); column++) {
            if (column != labelColumn && !targetColumns.contains(column)) {
                featureColumns.add(column);
            }
        }
        int features = featureColumns.size();
        if (features == 0) {
            throw new DataException(file + " has no columns besides labels and targets");
        }
        Shape sample = input.shapeOfRow(features);
        input.check(
                new TensorType(DataType.FLOAT, sample),
                "%s has %s columns besides labels and targets".formatted(file, features));
        int channels = Math.toIntExact(sample.size(0));
        int perChannel = features / channels;
        Normalization normal = Normalization.of(preprocess, 1, channels);
        List<float[]> rows = new ArrayList<>();
        List<float[]> targets = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (CSVRecord row : parser) {
            String where = file + " line " + parser.getCurrentLineNumber();
            if (row.size() != names.size()) {
                throw new DataException(
                        "%s has %s fields, the header %s"
                                .formatted(where, row.size(), names.size()));
            }
            labels.add(labelColumn < 0 ? -1 : label(row.get(labelColumn), where));
            double[] numbers = numbers(row, names, featureColumns, where);
            float[] values = new float[features];
            for (int i = 0; i < features; i++) {
                values[i] = normal.apply(numbers[i], i / perChannel);
                if (!Float.isFinite(values[i])) {
                    throw new DataException(
                            "%s has %s in column '%s', which becomes %s by preprocess; mend scale or std"
                                    .formatted(
                                            where,
                                            numbers[i],
                                            names.get(featureColumns.get(i)),
                                            values[i]));
                }
            }
            rows.add(values);
            targets.add(floats(numbers(row, names, targetColumns, where)));
        }
        ExampleSource source = source(rows, labels, sample, normal);
        return targetColumns.isEmpty()
                ? source
                : new TargetedSource(source, Shape.of(targetColumns.size()), joined(targets));
    }

    private static double[] numbers(
            CSVRecord row, List<String> names, List<Integer> columns, String where) {
        return columns.stream()
                .mapToDouble(column -> number(row.get(column), names.get(column), where))
                .toArray();
    }

    private static float[] floats(double[] numbers) {
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        return floats;
    }

    private ExampleSource source(
            List<float[]> rows, List<Integer> labels, Shape sample, Normalization normal) {
        if (rows.isEmpty()) {
            throw new DataException(file + " holds no examples");
        }
        float[] values = joined(rows);
        return new ArraySource(
                Map.of(input.name(), new ArraySource.Floats(sample, values, normal.zeros())),
                new ClassLabels(labels.stream().mapToInt(Integer::intValue).toArray()));
    }

    private float[] joined(List<float[]> rows) {
        int width = rows.get(0).length;
        if ((long) rows.size() * width > Integer.MAX_VALUE - 8) {
            throw new DataException(file + " holds more than 2^31 numbers");
        }
        float[] values = new float[rows.size() * width];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, values, i * width, width);
        }
        return values;
    }

    private static List<Integer> targetColumns(List<String> names) {
        List<Integer> columns = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).toLowerCase(Locale.ROOT).startsWith(TARGET)) {
                columns.add(i);
            }
        }
        return columns;
    }

    /** -1 where there is none and there need not be. */
    private int labelColumn(List<String> names, boolean mayLack) {
        for (String label : LABELS) {
            for (int i = 0; i < names.size(); i++) {
                if (names.get(i).toLowerCase(Locale.ROOT).equals(label)) {
                    return i;
                }
            }
        }
        if (mayLack) {
            return -1;
        }
        throw new DataException(
                "%s has the columns %s, none of which is named 'label' or begins with 'target'"
                        .formatted(file, abbreviated(names)));
    }

    private static String abbreviated(List<String> names) {
        return names.size() <= 8
                ? names.toString()
                : names.subList(0, 8) + " and " + (names.size() - 8) + " more";
    }

    private static int label(String text, String where) {
        try {
            return ClassLabels.checked(Long.parseLong(text), where);
        } catch (NumberFormatException e) {
            throw new DataException(
                    "%s has the label '%s', expected a class number from 0".formatted(where, text),
                    e);
        }
    }

    private static double number(String text, String column, String where) {
        try {
            double value = Double.parseDouble(text);
            if (Float.isFinite((float) value)) {
                return value;
            }
            if (Double.isFinite(value)) {
                throw new DataException(
                        "%s has '%s' in column '%s', beyond the range of float32"
                                .formatted(where, text, column));
            }
        } catch (NumberFormatException e) {
            // falls through to the message below
        }
        throw new DataException(
                "%s has '%s' in column '%s', expected a number".formatted(where, text, column));
    }
}
