package dev.espalier.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportCsvTest {
    @Test
    void hasOneLineALayer() {
        List<String> lines = ReportCsv.layers(Samples.full()).lines().toList();
        assertThat(lines).hasSize(21);
        assertThat(lines.get(0))
                .isEqualTo(
                        "name,op,kernel,width_before,width_after,parameters_before,parameters_after,"
                                + "macs_before,macs_after,type_before,type_after");
        assertThat(lines.get(2))
                .isEqualTo("/layer1/conv1,Conv,3x3,16,8,2320,1160,2359296,1179648,FLOAT,INT8");
    }

    @Test
    void hasOneLineAPassWithEmptyCellsForWhatWasNotMeasured() {
        List<String> lines = ReportCsv.passes(Samples.full()).lines().toList();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(1)).startsWith("simplify,{},0.2,1084420,1084420,").contains(",,");
        assertThat(lines.get(2)).contains("\"{macs: 0.5, round-to: 8}\"");
        assertThat(lines.get(0))
                .endsWith(
                        "top1_before,top1_after,top5_before,top5_after,loss_before,loss_after,skipped");
    }

    @Test
    void hasOneLineAnEpochWithAllCurvesBesideEachOther() {
        CompressionReport full = Samples.full();
        PassReport distill = full.passes().get(2);
        CompressionReport report =
                with(
                        full,
                        List.of(
                                full.passes().get(0),
                                with(
                                        distill,
                                        new Curve("training loss", points(2.5, 1.25)),
                                        new Curve("validation top-1", points(0.5, Double.NaN)))));
        assertThat(ReportCsv.metrics(report).lines())
                .containsExactly(
                        "position,pass,epoch,training_loss,validation_top_1",
                        "2,distill,1,2.5,0.5",
                        "2,distill,2,1.25,");
    }

    @Test
    void hasNoMetricsWherePassesRecordedNone() {
        CompressionReport full = Samples.full();
        assertThat(ReportCsv.metrics(with(full, List.of(full.passes().get(0))))).isEmpty();
    }

    private static List<Curve.Point> points(double... values) {
        return IntStream.range(0, values.length)
                .mapToObj(i -> new Curve.Point(i + 1, values[i]))
                .toList();
    }

    private static PassReport with(PassReport pass, Curve... curves) {
        return new PassReport(
                pass.id(),
                pass.options(),
                pass.seconds(),
                pass.before(),
                pass.after(),
                pass.notes(),
                pass.skipped(),
                List.of(curves),
                List.of(),
                List.of());
    }

    private static CompressionReport with(CompressionReport report, List<PassReport> passes) {
        return new CompressionReport(
                report.run(),
                report.original(),
                report.result(),
                passes,
                report.layers(),
                report.numbers(),
                report.goal(),
                report.environment());
    }

    private static CompressionReport named(String layer) {
        CompressionReport full = Samples.full();
        LayerReport.Side side = new LayerReport.Side(1, 1, "", 1, 1, "FLOAT");
        return new CompressionReport(
                full.run(),
                full.original(),
                full.result(),
                List.of(),
                List.of(new LayerReport(layer, "Conv", side, side)),
                NumberReport.NONE,
                full.goal(),
                full.environment());
    }

    @Test
    void aNodeNameIsNoFormulaToASpreadsheet() {
        assertThat(ReportCsv.layers(named("=cmd|'/c calc'!A1,\n\"x")))
                .contains("\n\"'=cmd|'/c calc'!A1,\n\"\"x\",Conv,");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u001b[31mred\u001b[0m\u001b]0;title\u0007",
                "\u202egnp.exe",
                "a\nb\rc",
                "\"><img src=x onerror=alert(1)>",
                "../../../etc/x"
            })
    void aNameStaysOneCell(String name) throws Exception {
        List<CSVRecord> records =
                CSVParser.parse(ReportCsv.layers(named(name)), CSVFormat.RFC4180).getRecords();
        assertThat(records).hasSize(2);
        assertThat(records.get(1).get(0)).isEqualTo(name);
        assertThat(records.get(1).get(1)).isEqualTo("Conv");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"=HYPERLINK(\"http://x\",\"y\")", "@SUM(1)", "-1+1|cmd", "\t=1", "\n=1"})
    void aNameThatMightBeAFormulaIsQuoted(String name) throws Exception {
        List<CSVRecord> records =
                CSVParser.parse(ReportCsv.layers(named(name)), CSVFormat.RFC4180).getRecords();
        assertThat(records.get(1).get(0)).isEqualTo("'" + name);
    }
}
