package dev.espalier.core.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * The tables of a report for spreadsheets and scripts: RFC 4180 with a head line. Numbers are plain
 * (bytes, MACs, ratios from 0 to 1, microseconds); a figure that was not taken is an empty cell.
 */
public final class ReportCsv {
    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setRecordSeparator("\n").get();
    private static final String FORMULA_STARTS = "=+-@\t\r";

    private ReportCsv() {}

    /** {@code layers.csv}: one line a layer with weights. */
    public static String layers(CompressionReport report) {
        List<List<?>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "name",
                        "op",
                        "kernel",
                        "width_before",
                        "width_after",
                        "parameters_before",
                        "parameters_after",
                        "macs_before",
                        "macs_after",
                        "type_before",
                        "type_after"));
        for (LayerReport layer : report.layers()) {
            LayerReport.Side before = layer.before();
            LayerReport.Side after = layer.after();
            rows.add(
                    List.of(
                            layer.name(),
                            layer.op(),
                            before.equals(LayerReport.Side.ABSENT)
                                    ? after.kernel()
                                    : before.kernel(),
                            before.width(),
                            after.width(),
                            before.parameters(),
                            after.parameters(),
                            before.macs(),
                            after.macs(),
                            before.dataType(),
                            after.dataType()));
        }
        return print(rows);
    }

    /** {@code passes.csv}: one line a pass, with all metrics that any pass has. */
    public static String passes(CompressionReport report) {
        Set<String> metrics = new LinkedHashSet<>();
        report.passes().forEach(pass -> metrics.addAll(pass.before().metrics().keySet()));
        report.passes().forEach(pass -> metrics.addAll(pass.after().metrics().keySet()));
        List<List<?>> rows = new ArrayList<>();
        List<Object> head = new ArrayList<>(List.of("id", "options", "seconds"));
        for (String figure : List.of("bytes", "parameters", "macs", "p50_micros")) {
            head.addAll(List.of(figure + "_before", figure + "_after"));
        }
        metrics.forEach(metric -> head.addAll(List.of(metric + "_before", metric + "_after")));
        head.add("skipped");
        rows.add(head);
        for (PassReport pass : report.passes()) {
            ModelFacts before = pass.before();
            ModelFacts after = pass.after();
            List<Object> row = new ArrayList<>(List.of(pass.id(), pass.options(), pass.seconds()));
            row.addAll(List.of(before.bytes(), after.bytes()));
            row.addAll(List.of(before.parameters(), after.parameters()));
            row.addAll(List.of(before.macs(), after.macs()));
            row.addAll(List.of(latency(before), latency(after)));
            for (String metric : metrics) {
                row.addAll(List.of(metric(before, metric), metric(after, metric)));
            }
            row.add(pass.skipped().size());
            rows.add(row);
        }
        return print(rows);
    }

    private static Object latency(ModelFacts facts) {
        return facts.latency().isEmpty() ? "" : facts.latency().get(0).p50Micros();
    }

    private static Object metric(ModelFacts facts, String name) {
        Double value = facts.metrics().get(name);
        return value == null || value.isNaN() ? "" : value;
    }

    private static String print(List<List<?>> rows) {
        StringBuilder out = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(out, FORMAT)) {
            for (List<?> row : rows) {
                printer.printRecord(row.stream().map(ReportCsv::harmless).toList());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a StringBuilder takes everything", e);
        }
        return out.toString();
    }

    /** A name from a model that a spreadsheet would run as a formula gets a quote before it. */
    private static Object harmless(Object cell) {
        return cell instanceof String text
                        && !text.isEmpty()
                        && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0
                ? "'" + text
                : cell;
    }
}
