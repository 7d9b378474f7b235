package dev.espalier.core.internal.html;

import dev.espalier.core.report.CompressionReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The page. Its content security policy allows the two scripts that it carries (by their hash) and
 * no request of any kind, so that it stays harmless even where escaping should fail.
 */
public final class HtmlReport {
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

    private HtmlReport() {}

    /** The whole page as UTF-8 text. */
    public static String of(CompressionReport report) {
        boolean curves = CurveSection.isNeeded(report);
        String script = (curves ? resource(UPLOT + "uPlot.iife.min.js") : "") + own("report.js");
        Html html = new Html().trusted("<!DOCTYPE html>\n").open("html", "lang", "en").line();
        html.open("head").line();
        html.open("meta", "charset", "utf-8").line();
        html.open(
                        "meta",
                        "http-equiv",
                        "Content-Security-Policy",
                        "content",
                        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-"
                                + sha256(script)
                                + "'")
                .line();
        html.open("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.open("meta", "name", "color-scheme", "content", "light dark").line();
        html.element("title", report.run().model() + " · Espalier").line();
        html.trusted("<style>\n" + (curves ? resource(UPLOT + "uPlot.min.css") : ""))
                .trusted(own("report.css"))
                .trusted("</style>\n")
                .close("head")
                .line();
        html.open("body").line().open("main").line();
        HeadSection.write(html, report);
        PassSection.write(html, report);
        GuardSection.write(html, report);
        ErrorSection.write(html, report);
        LayerSection.write(html, report);
        NumberSection.write(html, report);
        CurveSection.write(html, report);
        LatencySection.write(html, report);
        RefusalSection.write(html, report);
        OriginSection.write(html, report);
        html.close("main").line();
        html.trusted("<script>" + script + "</script>\n");
        return html.close("body").close("html").line().toString();
    }

    private static String own(String name) {
        return resource(name);
    }

    private static String resource(String path) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("missing from the class path: " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path + " from the class path", e);
        }
    }

    private static String sha256(String script) {
        try {
            return Base64.getEncoder()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(script.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
