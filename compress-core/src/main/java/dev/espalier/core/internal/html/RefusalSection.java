package dev.espalier.core.internal.html;

import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.PassReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was left as it was, grouped by the reason. */
final class RefusalSection {
    private static final int SHOWN = 12;

    private RefusalSection() {}

    static void write(Html html, CompressionReport report) {
        if (report.passes().stream().allMatch(pass -> pass.skipped().isEmpty())) {
            return;
        }
        html.open("section").element("h2", "Left alone, and why").line();
        for (PassReport pass : report.passes()) {
            if (pass.skipped().isEmpty()) {
                continue;
            }
            html.element("h3", pass.id()).open("ul", "class", "reasons").line();
            byReason(pass).forEach((reason, places) -> item(html, reason, places));
            html.close("ul").line();
        }
        html.close("section").line();
    }

    private static Map<String, List<String>> byReason(PassReport pass) {
        Map<String, List<String>> places = new LinkedHashMap<>();
        for (PassReport.Skipped skipped : pass.skipped()) {
            places.computeIfAbsent(skipped.reason(), reason -> new ArrayList<>())
                    .add(skipped.where());
        }
        return places;
    }

    private static void item(Html html, String reason, List<String> places) {
        html.open("li").text(reason).open("p", "class", "places");
        places.stream().limit(SHOWN).forEach(place -> place(html, place));
        html.close("p");
        if (places.size() > SHOWN) {
            html.open("details").element("summary", places.size() - SHOWN + " more");
            html.open("p", "class", "places");
            places.stream().skip(SHOWN).forEach(place -> place(html, place));
            html.close("p").close("details");
        }
        html.close("li").line();
    }

    private static void place(Html html, String place) {
        html.element("bdi", place, "class", "place").text(" ");
    }
}
