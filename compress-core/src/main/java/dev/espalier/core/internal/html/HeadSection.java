package dev.espalier.core.internal.html;

import dev.espalier.core.pass.PassContext;
import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.Figures;
import dev.espalier.core.report.GoalResult;
import dev.espalier.core.report.LatencyResult;
import dev.espalier.core.report.ModelFacts;
import dev.espalier.core.report.PassReport;
import dev.espalier.core.report.SpeedUp;
import dev.espalier.core.report.SummaryText;
import dev.espalier.core.report.Verdict;
import java.util.List;

/** The first screen: the verdict in words, whether the goal was met, and four large figures. */
final class HeadSection {
    private static final String TREE =
            "<svg class=\"tree\" viewBox=\"0 0 48 48\" aria-hidden=\"true\"><path d=\"M24 46V6"
                    + "M24 38H8V28M24 38H40V28M24 25H11V16M24 25H37V16M24 13H16V7M24 13H32V7\"/>"
                    + "<circle cx=\"8\" cy=\"26\" r=\"3\"/><circle cx=\"40\" cy=\"26\" r=\"3\"/>"
                    + "<circle cx=\"11\" cy=\"14\" r=\"3\"/><circle cx=\"37\" cy=\"14\" r=\"3\"/>"
                    + "<circle cx=\"24\" cy=\"5\" r=\"3\"/></svg>";

    private HeadSection() {}

    static void write(Html html, CompressionReport report) {
        Verdict verdict = Verdict.of(report);
        html.open("header");
        html.open("p", "class", "brand").trusted(TREE).element("span", "Espalier");
        html.element("bdi", report.run().model(), "class", "model");
        html.close("p").line();
        html.element("h1", verdict.words() + ".").line();
        report.run().notes().forEach(note -> html.element("p", note, "class", "remark").line());
        report.passes().forEach(pass -> warnings(html, pass));
        goal(html, report.goal());
        html.close("header").line();
        html.open("div", "class", "cards").line();
        latency(html, verdict);
        size(html, report, verdict);
        macs(html, report, verdict);
        accuracy(html, report, verdict);
        html.close("div").line();
        html.open("p", "class", "legend");
        html.open("span", "class", "key before").close("span").text("before ");
        html.open("span", "class", "key after").close("span").text("after");
        html.element(
                "span",
                "Every figure was measured on the file that ships. "
                        + "Speed-up and ratios are before / after.");
        html.close("p").line();
    }

    private static void warnings(Html html, PassReport pass) {
        for (String note : pass.notes()) {
            if (note.startsWith(PassContext.WARNING)) {
                html.open("p", "class", "warning");
                html.element("strong", "⚠ " + pass.id()).text(": ");
                html.text(note.substring(PassContext.WARNING.length()));
                html.close("p").line();
            }
        }
    }

    private static void goal(Html html, GoalResult goal) {
        if (goal.checks().isEmpty()) {
            return;
        }
        html.open("p", "class", "goal");
        html.element(
                "strong",
                goal.met() ? "✓ Goal met" : "✗ Goal missed",
                "class",
                goal.met() ? "good" : "bad");
        for (GoalResult.Check check : goal.checks()) {
            html.open("span", "class", "chip " + (check.met() ? "good" : "bad"));
            html.text((check.met() ? "✓ " : "✗ ") + check.name() + " ");
            html.text(Figures.plain(check.asked()) + " · ");
            html.element("b", check.words()).close("span");
        }
        html.close("p").line();
    }

    private static void latency(Html html, Verdict verdict) {
        if (verdict.latency().isEmpty()) {
            empty(html, "Latency", "not measured");
            return;
        }
        List<LatencyResult> pair = verdict.latency().get();
        LatencyResult old = pair.get(0);
        LatencyResult now = pair.get(1);
        SpeedUp speedUp = SpeedUp.of(pair);
        card(
                html,
                "Latency",
                "median, " + SummaryText.setting(now),
                Figures.micros(now.p50Micros()),
                Figures.micros(old.p50Micros()),
                speedUp.change(),
                speedUp.origin(),
                share(now.p50Micros(), old.p50Micros()),
                share(old.p50Micros(), now.p50Micros()));
    }

    private static void size(Html html, CompressionReport report, Verdict verdict) {
        long old = report.original().bytes();
        long now = report.result().bytes();
        card(
                html,
                "Size",
                "bytes on disk",
                Figures.bytes(now),
                Figures.bytes(old),
                Verdict.comparison(verdict.sizeRatio(), "smaller", "larger", "unchanged"),
                "%s → %s parameters"
                        .formatted(
                                Figures.count(report.original().parameters()),
                                Figures.count(report.result().parameters())),
                share(now, old),
                share(old, now));
    }

    private static void macs(Html html, CompressionReport report, Verdict verdict) {
        long old = report.original().macs();
        long now = report.result().macs();
        int uncounted = Math.max(report.original().uncounted(), report.result().uncounted());
        card(
                html,
                "MACs",
                "for one example",
                report.result().macsText(),
                report.original().macsText(),
                uncounted > 0
                        ? "not comparable"
                        : Verdict.comparison(verdict.macsRatio(), "fewer", "more", "unchanged"),
                uncounted > 0
                        ? uncounted
                                + (uncounted == 1 ? " layer is" : " layers are")
                                + " not counted; espalier inspect names "
                                + (uncounted == 1 ? "it" : "them")
                        : "multiply-accumulates",
                share(now, old),
                share(old, now));
    }

    private static void accuracy(Html html, CompressionReport report, Verdict verdict) {
        if (verdict.mainMetric().isEmpty()) {
            empty(html, "Accuracy", "not measured");
            return;
        }
        String metric = verdict.mainMetric().get();
        ModelFacts result = report.result();
        double old = report.original().metrics().get(metric);
        double now = result.metrics().get(metric);
        String interval =
                result.samples() > 0
                        ? Figures.points(Verdict.halfWidth(now, result.samples())).replace('+', '±')
                                + " by chance alone"
                        : "";
        String of =
                result.samples() > 0
                        ? ", %s %s examples"
                                .formatted(Figures.grouped(result.samples()), result.split())
                        : "";
        card(
                html,
                "Accuracy",
                Figures.metricName(metric) + of,
                Figures.percent(now),
                Figures.percent(old),
                Figures.points(now - old),
                interval,
                now,
                old);
    }

    /** Length of a bar for {@code value}, of which the longer of two has 1; none for nothing. */
    private static double share(double value, double other) {
        return value == 0 ? 0 : value / Math.max(value, other);
    }

    private static void card(
            Html html,
            String name,
            String what,
            String now,
            String old,
            String change,
            String small,
            double nowShare,
            double oldShare) {
        html.open("section", "class", "card");
        html.element("h2", name).element("p", what, "class", "what");
        html.element("p", now, "class", "figure");
        html.open("p", "class", "change").element("b", change);
        html.text(" ").element("span", "from " + old).close("p");
        Bars.pair(html, oldShare, nowShare);
        html.element("p", small, "class", "small").close("section").line();
    }

    private static void empty(Html html, String name, String why) {
        html.open("section", "class", "card empty").element("h2", name);
        html.element("p", Figures.NONE, "class", "figure");
        html.element("p", why, "class", "small").close("section").line();
    }
}
