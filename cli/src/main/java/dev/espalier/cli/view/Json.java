package dev.espalier.cli.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.core.report.ReportJson;

/** Trees of JSON for commands to print. */
public final class Json {
    private Json() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** A record of {@code core.report} as a tree. */
    public static ObjectNode of(Record facts) {
        try {
            return (ObjectNode) new ObjectMapper().readTree(ReportJson.write(facts));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was written as JSON can be read", e);
        }
    }

    /** A number, or null where it is not finite, which JSON cannot say. */
    public static void put(ObjectNode object, String key, double value) {
        if (Double.isFinite(value)) {
            object.put(key, value);
        } else {
            object.putNull(key);
        }
    }
}
