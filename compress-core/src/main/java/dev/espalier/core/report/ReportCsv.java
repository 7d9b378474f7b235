package dev.espalier.core.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * The tables of a report for spreadsheets and scripts: RFC 4180 with a head line. Numbers are plain
 * (bytes, MACs, ratios from 0 to 1, microseconds); a figure that was not taken is an empty cell.
 */
public final class ReportCsv {
    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setRecordSeparator("\n").get();
    private static final String FORMULA_STARTS = "=+-@\t\r\n";

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
        for (String figure : List.of("bytes", "parameters", "macs", "uncounted", "p50_micros")) {
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
            row.addAll(List.of(before.uncounted(), after.uncounted()));
            row.addAll(List.of(latency(before), latency(after)));
            for (String metric : metrics) {
                row.addAll(List.of(metric(before, metric), metric(after, metric)));
            }
            row.add(pass.skipped().size());
            rows.add(row);
        }
        return print(rows);
    }

    /**
     * {@code metrics.csv}: one line an epoch of a pass that recorded curves, with all curves that
     * any pass has; empty where no pass recorded any.
     */
    public static String metrics(CompressionReport report) {
        Set<String> curves = new LinkedHashSet<>();
        report.passes().forEach(pass -> pass.curves().forEach(curve -> curves.add(curve.name())));
        if (curves.isEmpty()) {
            return "";
        }
        List<List<?>> rows = new ArrayList<>();
        List<Object> head = new ArrayList<>(List.of("position", "pass", "epoch"));
        curves.forEach(curve -> head.add(curve.toLowerCase(Locale.ROOT).replaceAll("\\W+", "_")));
        rows.add(head);
        for (int i = 0; i < report.passes().size(); i++) {
            PassReport pass = report.passes().get(i);
            for (Map.Entry<Double, Map<String, Double>> epoch : byEpoch(pass).entrySet()) {
                List<Object> row = new ArrayList<>(List.of(i + 1, pass.id()));
                row.add(epoch(epoch.getKey()));
                curves.forEach(curve -> row.add(cell(epoch.getValue().get(curve))));
                rows.add(row);
            }
        }
        return print(rows);
    }

    private static Map<Double, Map<String, Double>> byEpoch(PassReport pass) {
        Map<Double, Map<String, Double>> byEpoch = new TreeMap<>();
        for (Curve curve : pass.curves()) {
            for (Curve.Point point : curve.points()) {
                byEpoch.computeIfAbsent(point.epoch(), epoch -> new HashMap<>())
                        .put(curve.name(), point.value());
            }
        }
        return byEpoch;
    }

    private static Object epoch(double epoch) {
        return epoch == Math.rint(epoch) ? (Object) (long) epoch : (Object) epoch;
    }

    private static Object latency(ModelFacts facts) {
        return facts.latency().isEmpty() ? "" : facts.latency().get(0).p50Micros();
    }

    private static Object metric(ModelFacts facts, String name) {
        return cell(facts.metrics().get(name));
    }

    private static Object cell(Double value) {
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
