package dev.espalier.core.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeSchemaTest {
    private static final Schema SCHEMA =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(RecipeSchema.write(SamplePasses.REGISTRY));

    @Test
    void acceptsWhatTheReaderAccepts() {
        assertThat(SCHEMA.validate(RecipeReaderTest.FULL, InputFormat.YAML)).isEmpty();
        String resolved = RecipeWriter.write(RecipeReaderTest.parse(RecipeReaderTest.FULL));
        assertThat(SCHEMA.validate(resolved, InputFormat.YAML)).isEmpty();
        assertThat(SCHEMA.validate("passes: [learn, {learn: null}]", InputFormat.YAML)).isEmpty();
        assertThat(
                        SCHEMA.validate(
                                "passes: [learn: {batch: auto}, learn: {batch: 4}]",
                                InputFormat.YAML))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pases: []",
                "passes: [trimm]",
                "passes: [{trim: {}}]",
                "passes: [{trim: {macs: 2}}]",
                "passes: [{trim: {macs: 1, criterion: l3}}]",
                "passes: [{trim: {macs: 1, round-to: 1.5}}]",
                "passes: [{learn: {schedule: {epoch: 1}}}]",
                "passes: [{learn: {batch: 10}}]",
                "passes: [{learn: {batch: automatic}}]",
                "passes: [{learn: {batch: null}}]",
                "passes: []\ndata: {format: npz}",
                "passes: []\ninput-shapes: {x: [0]}"
            })
    void refusesWhatTheReaderRefuses(String recipe) {
        assertThat(SCHEMA.validate(recipe, InputFormat.YAML)).isNotEmpty();
    }
}
