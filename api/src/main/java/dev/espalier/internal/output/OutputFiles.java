package dev.espalier.internal.output;

import dev.espalier.core.internal.html.HtmlReport;
import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.ReportCsv;
import dev.espalier.core.report.ReportJson;
import java.nio.file.Path;

/** The files of an output folder beside the model. */
public final class OutputFiles {
    private OutputFiles() {}

    /**
     * @param latency JMH's own format
     * @param recipe as resolved
     * @param log of the run
     */
    public static void write(
            Path folder, CompressionReport report, String latency, String recipe, String log) {
        OutputFile.write(folder.resolve("report.json"), ReportJson.write(report));
        OutputFile.write(folder.resolve("report.html"), HtmlReport.of(report));
        OutputFile.write(folder.resolve("layers.csv"), ReportCsv.layers(report));
        OutputFile.write(folder.resolve("passes.csv"), ReportCsv.passes(report));
        String metrics = ReportCsv.metrics(report);
        if (!metrics.isEmpty()) {
            OutputFile.write(folder.resolve("metrics.csv"), metrics);
        }
        OutputFile.write(folder.resolve("latency.json"), latency);
        OutputFile.write(folder.resolve("recipe.yaml"), recipe);
        OutputFile.write(folder.resolve("log.txt"), log);
    }
}
