package dev.espalier.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.espalier.core.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportJsonTest {
    @Test
    void readsBackWhatItWrote() {
        String json = ReportJson.write(Samples.full());
        assertThat(ReportJson.read(json, CompressionReport.class)).isEqualTo(Samples.full());
        assertThat(json).startsWith("{\n  \"version\" : 1,\n");
    }

    @Test
    void readsBackOnePass() {
        PassReport pass = Samples.full().passes().get(1);
        assertThat(ReportJson.read(ReportJson.write(pass), PassReport.class)).isEqualTo(pass);
    }

    @Test
    void writesWhatIsNotFiniteAsNull() {
        ModelFacts facts =
                ModelFacts.of(1, 2, 3).withMetrics(Map.of("loss", Double.NaN), "test", 10);
        String json = ReportJson.write(facts);
        assertThat(json).contains("\"loss\" : null").doesNotContain("NaN");
        assertThat(ReportJson.read(json, ModelFacts.class)).isEqualTo(facts);
        GoalResult goal =
                GoalResult.of(List.of(new GoalResult.Check("min-speedup", 2, Double.NaN, false)));
        assertThat(ReportJson.read(ReportJson.write(goal), GoalResult.class)).isEqualTo(goal);
    }

    @Test
    void refusesWhatIsNoReport() {
        assertThatThrownBy(() -> ReportJson.read("{\"passes\": 3}", CompressionReport.class))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("CompressionReport");
        assertThatThrownBy(() -> ReportJson.read("null", CompressionReport.class))
                .isInstanceOf(DataException.class);
        assertThatThrownBy(() -> ReportJson.read("[", PassReport.class))
                .isInstanceOf(DataException.class);
    }

    @Test
    void keepsToThePublishedSchema() throws IOException {
        Schema schema;
        try (InputStream in = ReportJsonTest.class.getResourceAsStream("report.schema.json")) {
            schema =
                    SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                            .getSchema(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        for (CompressionReport report : List.of(Samples.full(), Samples.bare())) {
            assertThat(schema.validate(ReportJson.write(report), InputFormat.JSON)).isEmpty();
        }
        assertThat(schema.validate("{\"version\": 1}", InputFormat.JSON)).isNotEmpty();
        String renamed = ReportJson.write(Samples.full()).replace("p50Micros", "median");
        assertThat(schema.validate(renamed, InputFormat.JSON)).isNotEmpty();
    }
}
