package dev.espalier.core.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.core.DataException;
import java.io.IOException;

/**
 * Records of this package as JSON and back. Keys are the components' names; {@code report.json} has
 * {@code "version": 1} before them and {@code "speedup"} behind them. A number that is not finite
 * is written as null.
 */
public final class ReportJson {
    private static final int VERSION = 1;
    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .addModule(
                            new SimpleModule()
                                    .addSerializer(Double.class, new FiniteOrNull())
                                    .addSerializer(double.class, new FiniteOrNull())
                                    .addDeserializer(double.class, new NullIsNaN())
                                    .addDeserializer(Double.class, new NullIsNaN()))
                    .build();

    private ReportJson() {}

    /** The content of {@code report.json}. */
    public static String write(CompressionReport report) {
        ObjectNode root = MAPPER.createObjectNode().put("version", VERSION);
        root.setAll((ObjectNode) MAPPER.valueToTree(report));
        root.set("speedup", MAPPER.valueToTree(Verdict.of(report).speedUps()));
        return write((Object) root);
    }

    /** Any record of this package, such as one {@link PassReport}. */
    public static String write(Object facts) {
        try {
            return MAPPER.writeValueAsString(facts) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(facts.getClass() + " has no JSON form", e);
        }
    }

    /**
     * What {@link #write} wrote.
     *
     * @throws DataException where {@code json} is not that
     */
    public static <T> T read(String json, Class<T> type) {
        try {
            T facts = MAPPER.readValue(json, type);
            if (facts == null) {
                throw new DataException("Expected a " + type.getSimpleName() + ", found null.");
            }
            return facts;
        } catch (JsonProcessingException e) {
            throw new DataException(
                    "This is not the JSON of a "
                            + type.getSimpleName()
                            + ": "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    private static final class FiniteOrNull extends JsonSerializer<Double> {
        @Override
        public void serialize(Double value, JsonGenerator out, SerializerProvider provider)
                throws IOException {
            if (Double.isFinite(value)) {
                out.writeNumber(value);
            } else {
                out.writeNull();
            }
        }
    }

    private static final class NullIsNaN extends JsonDeserializer<Double> {
        @Override
        public Double deserialize(JsonParser in, DeserializationContext context)
                throws IOException {
            return in.getDoubleValue();
        }

        @Override
        public Double getNullValue(DeserializationContext context) {
            return Double.NaN;
        }
    }
}
