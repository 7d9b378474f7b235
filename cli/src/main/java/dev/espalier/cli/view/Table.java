package dev.espalier.cli.view;

import dev.espalier.cli.terminal.Terminal;
import dev.espalier.internal.output.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** Rows under a header, printed for people in columns or for programs as CSV. */
public final class Table {
    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();
    private final boolean[] numeric;

    /**
     * @param header titles of the columns; one that begins with {@code #} is of a column of
     *     numbers, which stand to the right
     */
    public Table(String... header) {
        this.numeric = new boolean[header.length];
        for (int i = 0; i < header.length; i++) {
            numeric[i] = header[i].startsWith("#");
        }
        this.header =
                Arrays.stream(header).map(h -> h.startsWith("#") ? h.substring(1) : h).toList();
    }

    public Table row(Object... cells) {
        rows.add(Arrays.stream(cells).map(String::valueOf).toList());
        return this;
    }

    /** Columns two spaces apart, to be printed as styled: the cells are escaped. */
    public String text(Terminal terminal) {
        List<String> titles = printable(header);
        List<List<String>> shown = rows.stream().map(Table::printable).toList();
        int[] widths = new int[titles.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = titles.get(i).length();
            for (List<String> row : shown) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        text.append(terminal.bold(line(titles, widths))).append('\n');
        shown.forEach(row -> text.append(line(row, widths)).append('\n'));
        return text.toString();
    }

    private static List<String> printable(List<String> cells) {
        return cells.stream().map(Printable::line).toList();
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - cells.get(i).length());
            line.append(numeric[i] ? padding + cells.get(i) : cells.get(i) + padding).append("  ");
        }
        return line.toString().stripTrailing();
    }

    public String csv() {
        StringBuilder csv = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(csv, CSVFormat.RFC4180)) {
            printer.printRecord(header);
            for (List<String> row : rows) {
                printer.printRecord(row);
            }
        } catch (IOException e) {
            throw new IllegalStateException("a string takes every character", e);
        }
        return csv.toString();
    }
}
