package dev.espalier.core.internal.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.pass.PassRun.Attempt;
import dev.espalier.core.pass.PassRun.LayerError;
import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.Curve;
import dev.espalier.core.report.GoalResult;
import dev.espalier.core.report.LayerReport;
import dev.espalier.core.report.NumberReport;
import dev.espalier.core.report.PassReport;
import dev.espalier.core.report.RunFacts;
import dev.espalier.core.report.Samples;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
    private static final Pattern TAG = Pattern.compile("<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>");
    private static final String HOSTILE =
            "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e\u0000"
                    + "\u001b[31mred\u001b]0;title\u0007\u009b2J\u007f\u200b\u200f\u2066\ufeff";

    @Test
    void leadsWithTheVerdict() {
        String page = HtmlReport.of(Samples.full());
        assertThat(page)
                .startsWith("<!DOCTYPE html>\n")
                .contains("<h1>3.93× faster, 6.33× smaller, 1.02 points less accurate.</h1>")
                .contains("✓ Goal met")
                .contains("214 µs", "171 kB", "20.1 M", "90.71 %");
    }

    @Test
    void saysThatAGoalWasMissed() {
        CompressionReport full = Samples.full();
        CompressionReport missed =
                new CompressionReport(
                        full.run(),
                        full.original(),
                        full.result(),
                        full.passes(),
                        full.layers(),
                        full.numbers(),
                        GoalResult.of(List.of(new GoalResult.Check("min-speedup", 5, 3.93, false))),
                        full.environment());
        assertThat(HtmlReport.of(missed)).contains("✗ Goal missed").doesNotContain("✓ Goal met");
    }

    /** The full sample with its first pass alone, which told something else. */
    private static CompressionReport told(
            List<String> notes, List<Attempt> attempts, List<LayerError> errors) {
        CompressionReport full = Samples.full();
        PassReport pass = full.passes().get(0);
        PassReport changed =
                new PassReport(
                        pass.id(),
                        pass.options(),
                        pass.seconds(),
                        pass.before(),
                        pass.after(),
                        notes,
                        pass.skipped(),
                        pass.curves(),
                        attempts,
                        errors);
        return new CompressionReport(
                full.run(),
                full.original(),
                full.result(),
                List.of(changed),
                full.layers(),
                full.numbers(),
                full.goal(),
                full.environment());
    }

    private static CompressionReport guarded(String name) {
        Attempt asked =
                new Attempt("as asked for", 0.0123, 0.002, 0.03, 1500, 1000, 250, false, false);
        Attempt taken = new Attempt(name, Double.NaN, 0, 0.001, 1500, 1000, Double.NaN, true, true);
        return told(
                List.of(),
                List.of(asked, taken),
                List.of(new LayerError(name, 0.01), new LayerError("Conv 'b'", 0.001)));
    }

    @Test
    void whatTheGuardTriedIsATable() {
        String page = HtmlReport.of(guarded("in float: stem"));
        assertThat(page)
                .contains("What the guard tried")
                .contains("<span>as asked for</span>", "1.23<small>± 0.20</small>", "3.00 %")
                .contains("<b>in float: stem</b>", "hold", "broken");
        assertThat(HtmlReport.of(Samples.full())).doesNotContain("What the guard tried");
        assertThat(HtmlReport.of(guarded(HOSTILE))).doesNotContain("<script>alert", "<img src=x");
    }

    @Test
    void layersErrorsAreBars() {
        assertThat(HtmlReport.of(guarded("Conv 'a'")))
                .contains("Where the error arises", "20.0 dB", "30.0 dB")
                .contains("width=\"100.00%\"", "width=\"10.00%\"");
    }

    @Test
    void aPassesWarningStandsAtTheTop() {
        String id = Samples.full().passes().get(0).id();
        CompressionReport report =
                told(List.of("warning: the output is far from what it was"), List.of(), List.of());

        assertThat(HtmlReport.of(report))
                .contains(
                        "<p class=\"warning\"><strong>⚠ "
                                + id
                                + "</strong>: the output is far from what it was</p>");
        assertThat(HtmlReport.of(Samples.full())).doesNotContain("class=\"warning\"");
    }

    @Test
    void showsWhereverNamesComeFromTheModelAsText() {
        String page = HtmlReport.of(hostile());
        assertThat(page)
                .doesNotContain("<script>alert", "<img", "\u202e", "\u0000")
                .doesNotContain("\u001b", "\u0007", "\u009b", "\u007f")
                .doesNotContain("\u200b", "\u200f", "\u2066", "\ufeff")
                .contains("&lt;/script&gt;&lt;script&gt;alert(1)");
        assertThat(count(page, "<script")).isEqualTo(1);
        assertThat(count(page, "</script>")).isEqualTo(1);
    }

    @Test
    void showsRangesNoiseAndBytesByType() {
        String page = HtmlReport.of(Samples.full());
        assertThat(page)
                .contains("<h2>Numbers</h2>", "138 kB", "1.07 MB")
                .contains("All 2 values kept in 8 bits", "4.250", "38.4 dB");
        assertThat(HtmlReport.of(Samples.bare())).doesNotContain("<h2>Numbers</h2>");
    }

    @Test
    void loadsNothing() {
        String page = HtmlReport.of(Samples.full());
        String markup = page.replaceAll("(?s)<script>.*?</script>", "");
        assertThat(markup)
                .doesNotContainPattern("(?i)\\b(src|href|action|data|poster)\\s*=")
                .doesNotContainPattern("(?i)@import|url\\(|<link|<iframe|<object|<base")
                .contains("default-src &#39;none&#39;");
        assertThat(page).doesNotContainPattern("(?i)https?://(?!github\\.com/leeoniya)");
    }

    @Test
    void carriesTheChartLibraryOnlyWhereThereAreCurves() {
        assertThat(HtmlReport.of(Samples.full())).contains("uPlot");
        assertThat(HtmlReport.of(Samples.bare()).length()).isLessThan(30_000);
        assertThat(HtmlReport.of(Samples.full()).length()).isLessThan(150_000);
    }

    @Test
    void closesEveryElementItOpens() {
        for (CompressionReport report : List.of(Samples.full(), Samples.bare(), hostile())) {
            String markup = HtmlReport.of(report).replaceAll("(?s)<(script|style)>.*?</\\1>", "");
            java.util.ArrayDeque<String> open = new java.util.ArrayDeque<>();
            Matcher tags = TAG.matcher(markup);
            while (tags.find()) {
                String name = tags.group(2);
                if (tags.group(1).isEmpty()) {
                    if (!tags.group().endsWith("/>") && !name.equals("meta")) {
                        open.push(name);
                    }
                } else {
                    assertThat(open.pop()).as(tags.group() + " in order").isEqualTo(name);
                }
            }
            assertThat(open).isEmpty();
        }
    }

    @Test
    void readsTheSameInEveryLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            String german = HtmlReport.of(Samples.full());
            Locale.setDefault(Locale.forLanguageTag("ar-EG"));
            assertThat(HtmlReport.of(Samples.full())).isEqualTo(german).contains("90.71 %");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void aRunWithoutDataSaysWhatWasNotMeasured() {
        String page = HtmlReport.of(Samples.bare());
        assertThat(page.replaceAll("(?s)<script>.*?</script>", ""))
                .contains("not measured")
                .doesNotContain("NaN", "Pass by pass", "Layer by layer", "null");
    }

    private static CompressionReport hostile() {
        CompressionReport full = Samples.full();
        PassReport prune = full.passes().get(1);
        PassReport pass =
                new PassReport(
                        "prune",
                        HOSTILE,
                        1,
                        prune.before(),
                        prune.after(),
                        List.of(HOSTILE),
                        List.of(new PassReport.Skipped(HOSTILE, HOSTILE)),
                        List.of(
                                new Curve(
                                        HOSTILE,
                                        List.of(
                                                new Curve.Point(1, Double.NaN),
                                                new Curve.Point(2, 1)))),
                        List.of(),
                        List.of());
        LayerReport.Side side = new LayerReport.Side(4, 4, HOSTILE, 1, 1, "FLOAT");
        return new CompressionReport(
                new RunFacts(
                        HOSTILE,
                        List.of(HOSTILE),
                        List.of(HOSTILE),
                        HOSTILE,
                        HOSTILE,
                        1,
                        List.of(HOSTILE)),
                full.original(),
                full.result(),
                List.of(pass),
                List.of(new LayerReport(HOSTILE, HOSTILE, side, LayerReport.Side.ABSENT)),
                new NumberReport(
                        List.of(new NumberReport.TypeBytes(HOSTILE, 1, 2)),
                        List.of(
                                new NumberReport.QuantizedValue(
                                        HOSTILE, Double.NaN, -1, Double.NaN))),
                full.goal(),
                full.environment());
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
