package dev.espalier.core.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.core.pass.OptionSpec;
import dev.espalier.core.pass.PassRegistry;

/**
 * The JSON schema of recipes, for editors, from the same declarations that the reader checks by.
 */
public final class RecipeSchema {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private RecipeSchema() {}

    public static String write(PassRegistry registry) {
        ObjectNode schema = JSON.createObjectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Espalier recipe");
        block(schema, Recipe.class);
        ObjectNode properties = (ObjectNode) schema.get("properties");
        passes((ObjectNode) properties.get("passes"), registry);
        ObjectNode shapes = (ObjectNode) properties.get("input-shapes");
        shapes.putArray("type").add("object").add("null");
        ObjectNode shape = shapes.putObject("additionalProperties");
        shape.put("type", "array").putObject("items").put("type", "integer").put("minimum", 1);
        try {
            return JSON.writeValueAsString(schema) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON can be written", e);
        }
    }

    private static void passes(ObjectNode list, PassRegistry registry) {
        list.put("type", "array");
        ArrayNode choices = list.putObject("items").putArray("oneOf");
        ArrayNode bare = choices.addObject().putArray("enum");
        for (String id : registry.ids()) {
            var type = registry.find(id).orElseThrow();
            bare.add(id);
            ObjectNode choice = choices.addObject();
            choice.put("type", "object").put("additionalProperties", false);
            choice.putArray("required").add(id);
            ObjectNode options = choice.putObject("properties").putObject(id);
            options.put("description", PassRegistry.info(type).summary());
            block(options, type);
            options.putArray("type").add("object").add("null");
        }
    }

    private static void block(ObjectNode schema, Class<?> type) {
        schema.put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JSON.createArrayNode();
        for (OptionSpec spec : OptionSpec.of(type)) {
            ObjectNode property = properties.putObject(spec.key());
            property.put("description", spec.help());
            if (spec.isList()) {
                property.put("type", "array");
                single(property.putObject("items"), spec);
            } else {
                single(property, spec);
            }
            if (spec.isRequired()) {
                required.add(spec.key());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
    }

    private static void single(ObjectNode schema, OptionSpec spec) {
        boolean nullable = spec.isOptional() && spec.absent().equals(OptionSpec.NOTHING);
        if (spec.isOptional() && !nullable) {
            ArrayNode either = schema.putArray("anyOf");
            value(either.addObject(), spec, false);
            either.addObject().put("const", spec.absent());
        } else {
            value(schema, spec, nullable);
        }
    }

    private static void value(ObjectNode schema, OptionSpec spec, boolean nullable) {
        Class<?> type = spec.element();
        if (type.isRecord()) {
            block(schema, type);
            schema.putArray("type").add("object").add("null");
        } else if (type.isEnum()) {
            ArrayNode values = schema.putArray("enum");
            OptionSpec.choices(type).forEach(values::add);
            if (nullable) {
                values.addNull();
            }
        } else {
            String name =
                    type == String.class
                            ? "string"
                            : type == boolean.class || type == Boolean.class
                                    ? "boolean"
                                    : spec.isWhole() ? "integer" : "number";
            if (nullable) {
                schema.putArray("type").add(name).add("null");
            } else {
                schema.put("type", name);
            }
            bounds(schema, spec);
        }
    }

    private static void bounds(ObjectNode schema, OptionSpec spec) {
        if (spec.min() != Double.NEGATIVE_INFINITY) {
            schema.put("minimum", spec.min());
        }
        if (spec.max() != Double.POSITIVE_INFINITY) {
            schema.put("maximum", spec.max());
        }
    }
}
