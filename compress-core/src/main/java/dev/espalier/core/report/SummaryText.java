package dev.espalier.core.report;

import java.util.ArrayList;
import java.util.List;

/** A result in a dozen lines of plain text, for a terminal. */
public final class SummaryText {
    private static final int NAME = 0;

    private SummaryText() {}

    /** Ends with a line break; no line is wider than 100 characters for ordinary names. */
    public static String of(CompressionReport report) {
        Verdict verdict = Verdict.of(report);
        StringBuilder text = new StringBuilder(verdict.words()).append("\n\n");
        text.append(comparison(report.original(), report.result()));
        if (!report.result().latency().isEmpty()) {
            text.append("\nmeasured on ")
                    .append(report.environment().machine().processor())
                    .append('\n');
        }
        if (!report.goal().checks().isEmpty()) {
            text.append(report.goal().met() ? "\ngoal met" : "\ngoal missed");
            String separator = ": ";
            for (GoalResult.Check check : report.goal().checks()) {
                text.append(separator)
                        .append(check.met() ? "" : "NOT ")
                        .append(check.name())
                        .append(' ')
                        .append(Figures.plain(check.asked()))
                        .append(" (")
                        .append(check.words())
                        .append(')');
                separator = ", ";
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** The figures of two models in a table, with a head line. */
    public static String comparison(ModelFacts before, ModelFacts after) {
        Verdict verdict = new Verdict(before, after);
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "before", "after", "before / after"));
        rows.add(
                List.of(
                        "size",
                        Figures.bytes(before.bytes()),
                        Figures.bytes(after.bytes()),
                        Figures.times(verdict.sizeRatio())));
        rows.add(
                List.of(
                        "parameters",
                        Figures.count(before.parameters()),
                        Figures.count(after.parameters()),
                        Figures.times(verdict.parametersRatio())));
        rows.add(
                List.of(
                        "MACs",
                        before.macsText(),
                        after.macsText(),
                        Figures.times(verdict.macsRatio())));
        before.metrics()
                .forEach(
                        (name, old) -> {
                            if (after.metrics().containsKey(name)) {
                                rows.add(metric(name, old, after));
                            }
                        });
        for (List<LatencyResult> pair : before.latencyPairs(after)) {
            rows.add(
                    List.of(
                            "median latency, " + setting(pair.get(0)),
                            Figures.micros(pair.get(0).p50Micros()),
                            Figures.micros(pair.get(1).p50Micros()),
                            SpeedUp.of(pair).figures()));
        }
        return table(rows);
    }

    private static List<String> metric(String name, double old, ModelFacts after) {
        double now = after.metrics().get(name);
        return List.of(
                Figures.metricName(name)
                        + (after.samples() > 0
                                ? ", " + Figures.grouped(after.samples()) + " " + after.split()
                                : ""),
                metric(after, name, old),
                metric(after, name, now),
                after.isRatio(name) ? Figures.points(now - old) : "");
    }

    private static String metric(ModelFacts facts, String name, double value) {
        return facts.isRatio(name) ? Figures.percent(value) : Figures.plain(value);
    }

    /** {@code 1 thread, batch 16}. */
    public static String setting(LatencyResult result) {
        return result.threads()
                + (result.threads() == 1 ? " thread, batch " : " threads, batch ")
                + result.batch();
    }

    /** Columns padded to their widest cell: the first and last to the left, others to the right. */
    private static String table(List<List<String>> rows) {
        int columns = rows.get(0).size();
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                int at = column;
                int width = rows.stream().mapToInt(cells -> cells.get(at).length()).max().orElse(0);
                String padding = " ".repeat(width - row.get(column).length());
                boolean left = column == NAME || column == columns - 1;
                line.append(left ? row.get(column) + padding : padding + row.get(column))
                        .append("   ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
