package dev.espalier.core.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeWriterTest {
    @Test
    void whatItPrintsReadsBackEqual() {
        Recipe recipe = RecipeReaderTest.parse(RecipeReaderTest.FULL);
        String text = RecipeWriter.write(recipe);
        assertThat(RecipeReaderTest.parse(text)).isEqualTo(recipe);
        assertThat(RecipeWriter.write(RecipeReaderTest.parse(text))).isEqualTo(text);
    }

    @Test
    void fillsInEveryDefault() {
        assertThat(RecipeWriter.write(RecipeReaderTest.parse("passes: [trim: {macs: 0.5}]")))
                .isEqualTo(
                        """
                        version: 1
                        passes:
                          - trim: {criterion: l1, macs: 0.5, keep: [], round-to: null}
                        benchmark: {threads: [1], batch: [1]}
                        seed: 0
                        """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "12",
                "1e5",
                "- a",
                "a: b",
                "a #b",
                "tab\there",
                "\"quoted\" \\ back",
                "C:\\models\\a.onnx",
                "modèle 网络 🌿.onnx",
                "",
                " ",
                ".inf",
                "[a, b]",
                "*x"
            })
    void keepsAnyText(String text) {
        Recipe recipe = RecipeReaderTest.parse("passes: []").withModel(Optional.of(text));
        assertThat(RecipeReaderTest.parse(RecipeWriter.write(recipe)).model()).contains(text);
    }

    @Test
    void hashIsThatOfTheWorkAndNotOfThePlaces() {
        Recipe recipe = RecipeReaderTest.parse(RecipeReaderTest.FULL);
        assertThat(recipe.withModel(Optional.of("/elsewhere.onnx")).hash())
                .isEqualTo(recipe.hash());
        assertThat(RecipeReaderTest.parse(RecipeReaderTest.FULL, "data.path=x").hash())
                .isEqualTo(recipe.hash());
        assertThat(RecipeReaderTest.parse(RecipeReaderTest.FULL, "seed=1").hash())
                .isNotEqualTo(recipe.hash());
        assertThat(RecipeReaderTest.parse(RecipeReaderTest.FULL, "passes.0.trim.macs=1").hash())
                .isNotEqualTo(recipe.hash());
    }
}
