package dev.espalier.core.internal.html;

import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.Figures;
import dev.espalier.core.report.ModelFacts;
import dev.espalier.core.report.PassReport;
import dev.espalier.core.report.SpeedUp;
import dev.espalier.core.report.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/** What each pass did to size, MACs, accuracy and latency: four small charts and a table. */
final class PassSection {
    /** One state of the model: as it came in, or after a pass. */
    private record Stage(String name, ModelFacts facts) {}

    /** Longer lists of notes are folded up. */
    private static final int FEW = 12;

    private PassSection() {}

    static void write(Html html, CompressionReport report) {
        if (report.passes().isEmpty()) {
            return;
        }
        List<Stage> stages = new ArrayList<>();
        stages.add(new Stage("original", original(report)));
        report.passes().forEach(pass -> stages.add(new Stage(pass.id(), pass.after())));
        String metric = mainMetric(report);
        html.open("section").element("h2", "Pass by pass").line();
        html.open("div", "class", "charts").line();
        chart(html, "Size", stages, facts -> facts.bytes(), v -> Figures.bytes((long) v));
        chart(html, "MACs", stages, facts -> facts.macs(), v -> Figures.count((long) v));
        if (!metric.isEmpty()) {
            chart(
                    html,
                    Figures.metricName(metric) + " on " + split(stages),
                    stages,
                    facts -> facts.metric(metric).orElse(Double.NaN),
                    Figures::percent);
        }
        if (hasLatency(report)) {
            chart(html, "Median latency", stages, PassSection::latency, Figures::micros);
        }
        html.close("div").line();
        table(html, report, metric);
        notes(html, report);
        html.element(
                "p",
                "Each change is that of the pass alone: new / old - 1 against the model that it "
                        + "was given. Metrics here are of the validation split, on which decisions "
                        + "are taken; a network that was trained on them looks better here than it "
                        + "is. The test split was used only for the figures at the top. "
                        + "Time is the pass's own, without these measurements.",
                "class",
                "define");
        html.close("section").line();
    }

    /** What the first pass was given, with the latency that was measured of the same file. */
    private static ModelFacts original(CompressionReport report) {
        ModelFacts given = report.passes().get(0).before();
        return given.latency().isEmpty() ? given.withLatency(report.original().latency()) : given;
    }

    private static String mainMetric(CompressionReport report) {
        return report.passes().stream()
                .map(pass -> new Verdict(pass.before(), pass.after()).mainMetric())
                .flatMap(java.util.Optional::stream)
                .findFirst()
                .orElse("");
    }

    private static String split(List<Stage> stages) {
        return stages.stream()
                .map(stage -> stage.facts().split())
                .filter(split -> !split.isEmpty())
                .findFirst()
                .orElse("validation");
    }

    /** Whether there is more to show than the result's latency, which stands at the top. */
    private static boolean hasLatency(CompressionReport report) {
        return report.passes().stream().filter(pass -> !pass.after().latency().isEmpty()).count()
                >= Math.min(2, report.passes().size());
    }

    /** The options without the pass's name, which stands above them. */
    private static String options(PassReport pass) {
        String head = pass.id() + ": ";
        return pass.options().startsWith(head)
                ? pass.options().substring(head.length())
                : pass.options();
    }

    private static double latency(ModelFacts facts) {
        return facts.latency().isEmpty() ? Double.NaN : facts.latency().get(0).p50Micros();
    }

    private static void chart(
            Html html,
            String name,
            List<Stage> stages,
            ToDoubleFunction<ModelFacts> figure,
            DoubleFunction<String> text) {
        double most =
                stages.stream()
                        .mapToDouble(stage -> figure.applyAsDouble(stage.facts()))
                        .filter(Double::isFinite)
                        .max()
                        .orElse(1);
        html.open("figure").element("figcaption", name).line();
        html.open("dl", "class", "stages");
        for (int i = 0; i < stages.size(); i++) {
            double value = figure.applyAsDouble(stages.get(i).facts());
            html.element("dt", stages.get(i).name()).open("dd");
            Bars.single(html, i == 0 ? "before" : "after", value / most);
            html.element("span", Double.isFinite(value) ? text.apply(value) : Figures.NONE);
            html.close("dd").line();
        }
        html.close("dl").close("figure").line();
    }

    private static void table(Html html, CompressionReport report, String metric) {
        html.open("div", "class", "scroll").open("table").open("thead").open("tr");
        html.element("th", "Pass");
        List<String> heads = new ArrayList<>(List.of("Time", "Size", "MACs"));
        if (!metric.isEmpty()) {
            heads.add(Figures.metricName(metric));
        }
        if (hasLatency(report)) {
            heads.add("Latency");
        }
        heads.forEach(head -> html.element("th", head, "class", "number"));
        html.close("tr").close("thead").open("tbody").line();
        for (PassReport pass : report.passes()) {
            Verdict change = new Verdict(pass.before(), pass.after());
            html.open("tr").open("td").element("b", pass.id());
            String options = options(pass);
            if (!options.isEmpty() && !options.equals("{}")) {
                html.element("code", options, "class", "options");
            }
            html.close("td");
            html.element("td", Figures.seconds(pass.seconds()), "class", "number");
            cell(html, Figures.bytes(pass.after().bytes()), ratio(change.sizeRatio()));
            cell(html, pass.after().macsText(), ratio(change.macsRatio()));
            if (!metric.isEmpty()) {
                double value = pass.after().metric(metric).orElse(Double.NaN);
                String drop =
                        change.drop().isPresent() ? points(0 - change.drop().getAsDouble()) : "";
                cell(html, Figures.percent(value), drop);
            }
            if (hasLatency(report)) {
                String speedUp = change.speedUp().map(PassSection::change).orElse("");
                cell(html, Figures.micros(latency(pass.after())), speedUp);
            }
            html.close("tr").line();
        }
        html.close("tbody").close("table").close("div").line();
    }

    /** The change that a ratio old / new is, as a signed percentage of the old figure. */
    private static String ratio(double ratio) {
        double change = 100 * (1 / ratio - 1);
        if (!Double.isFinite(change)) {
            return "";
        }
        return Math.abs(change) < 0.05
                ? "="
                : String.format(Locale.ROOT, "%+.1f %%", change).replace('-', '−');
    }

    private static String change(SpeedUp speedUp) {
        return speedUp.isDifference() && !speedUp.isWide()
                ? ratio(speedUp.speedup())
                : speedUp.change();
    }

    private static String points(double difference) {
        String points = Figures.points(difference);
        return points.equals(Figures.points(0)) ? "=" : points;
    }

    private static void cell(Html html, String value, String change) {
        html.open("td", "class", "number").text(value);
        html.element("small", change).close("td");
    }

    private static void notes(Html html, CompressionReport report) {
        for (PassReport pass : report.passes()) {
            if (!pass.notes().isEmpty()) {
                boolean few = pass.notes().size() <= FEW;
                html.open("details", few ? new String[] {"open", "open"} : new String[0]);
                html.element(
                        "summary",
                        few ? pass.id() : pass.id() + ", " + pass.notes().size() + " notes");
                html.open("ul");
                pass.notes().forEach(note -> html.element("li", note));
                html.close("ul").close("details").line();
            }
        }
    }
}
