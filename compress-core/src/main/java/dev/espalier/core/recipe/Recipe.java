package dev.espalier.core.recipe;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.Withers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to do with which model, and how to judge the result.
 *
 * @param version of the recipe's language
 * @param model path of the ONNX file, relative to the recipe
 * @param data to calibrate, train and judge on
 * @param metrics ids of what models are judged by; what the data allows where there are none
 * @param passes in the order in which they run
 * @param inputShapes whole shapes by input name, where the model leaves more than the batch open
 * @param seed of all randomness
 */
@Withers
public record Recipe(
        @Option(value = "1", help = "Version of the recipe's language.", min = 1, max = 1)
                int version,
        @Option(value = "null", help = "The ONNX file, relative to the recipe.")
                Optional<String> model,
        @Option(value = "null", help = "Examples to calibrate, train and judge on.")
                Optional<DataOptions> data,
        @Option(
                        value = "[]",
                        help =
                                "Ids of metrics to judge by, such as [top1, mae]; by what the data"
                                        + " allows where none is named.")
                List<String> metrics,
        @Option(help = "What to do, in this order.") List<Pass> passes,
        @Option(help = "What each pass may lose on validation examples.") Guard guard,
        @Option(help = "What the result must reach.") Goal goal,
        @Option(help = "The settings in which latency is measured.") BenchmarkOptions benchmark,
        @Option(value = "{}", help = "Shapes by input name, such as {input: [1, 3, 224, 224]}.")
                Map<String, Shape> inputShapes,
        @Option(value = "0", help = "Seed of all randomness.") long seed)
        implements RecipeBuilder.With {
    public Recipe {
        passes = List.copyOf(passes);
        metrics = List.copyOf(metrics);
        inputShapes = Collections.unmodifiableMap(new LinkedHashMap<>(inputShapes));
    }

    /** A recipe of these passes, and the default of everything else. */
    public static Recipe of(List<Pass> passes) {
        return Options.of(
                Recipe.class,
                Map.of("passes", tree -> passes, "input-shapes", RecipeReader::shapes));
    }

    /** Sizes for what the model's inputs leave open: the first batch size, the given shapes. */
    public InputShapes shapes() {
        return new InputShapes(benchmark.batch().get(0), inputShapes);
    }

    private static Pass anywhere(Pass pass) {
        return pass.withModels(Collections.nCopies(pass.models().size(), ""));
    }

    /**
     * SHA-256 of everything that decides the result, as hexadecimal digits. Where models and data
     * lie is left out.
     */
    public String hash() {
        Recipe anywhere =
                withModel(Optional.empty())
                        .withData(data.map(d -> d.withPath("")))
                        .withPasses(passes.stream().map(Recipe::anywhere).toList())
                        .withGoal(Options.defaults(Goal.class));
        byte[] text = RecipeWriter.write(anywhere).getBytes(StandardCharsets.UTF_8);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
