package dev.espalier.quantize;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.profile.ProfileQuestion;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.internal.kernel.Foldings;
import dev.espalier.quantize.internal.kernel.PixelFolding;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Whether {@link PixelFolding} pays on the machine at hand. Its profile is asked; without one, all
 * is as where it was measured first.
 */
final class FoldingQuestions {
    private static final String ONE_BY_ONE = "one-by-one";
    private static final String FOLDED = "folded";
    private static final String IN_PAIRS = "in-pairs";

    /** The first layer of a network for small images. */
    private static final ProfileQuestion IMAGES =
            question(
                    "quantize.fold-images",
                    "int8 3x3 from 3 to 16 channels at 32x32, four pixels in one or each for itself",
                    FOLDED,
                    new Foldings(true, false),
                    new Foldings(false, false),
                    3);

    /** A layer that fills half of the fast kernel. */
    private static final ProfileQuestion PAIRS =
            question(
                    "quantize.pixel-pairs",
                    "int8 3x3 from 16 to 16 channels at 32x32, two pixels in one or each for itself",
                    IN_PAIRS,
                    new Foldings(false, true),
                    new Foldings(false, false),
                    16);

    private FoldingQuestions() {}

    private static ProfileQuestion question(
            String id, String help, String name, Foldings folded, Foldings plain, int channels) {
        int layers = 8;
        return new ProfileQuestion(
                id,
                help,
                layers,
                List.of(
                        new ProfileQuestion.Candidate(name, () -> model(channels, layers, folded)),
                        new ProfileQuestion.Candidate(
                                ONE_BY_ONE, () -> model(channels, layers, plain))));
    }

    /** Layers side by side, each with an input of its own as a network's would have. */
    private static Model model(int channels, int layers, Foldings foldings) {
        StringBuilder graph = new StringBuilder("opset 13\n");
        graph.append(
                IntStream.range(0, layers)
                        .mapToObj(i -> "x%s: float[1,%s,32,32]".formatted(i, channels))
                        .collect(Collectors.joining(", ", "graph g (", ") -> (")));
        graph.append(
                IntStream.range(0, layers)
                        .mapToObj(i -> "y%s: float[1,16,1,1]".formatted(i))
                        .collect(Collectors.joining(", ", "", ")\n")));
        for (int i = 0; i < layers; i++) {
            graph.append(
                    """
                    w%1$s: float[16,%2$s,3,3] = seed(%1$s)
                    c%1$s = Conv(x%1$s, w%1$s) {pads=[1,1,1,1]}
                    r%1$s = Relu(c%1$s)
                    y%1$s = GlobalAveragePool(r%1$s)
                    """
                            .formatted(i, channels));
        }
        Model floats = GraphText.parse(graph.toString());
        return Quantization.of(Options.defaults(Quantize.class), floats, PassContext.of(floats))
                .structure(foldings)
                .model();
    }

    static List<ProfileQuestion> all() {
        return List.of(IMAGES, PAIRS);
    }

    /** Foldings that pay, with each pixel of other layers for itself. */
    static Foldings usual(Model model, PassContext context) {
        boolean images =
                !readsFewChannels(model)
                        || answer(IMAGES, context)
                                .map(answer -> !answer.isFaster(ONE_BY_ONE, FOLDED))
                                .orElse(Foldings.USUAL.images());
        return new Foldings(images, false);
    }

    /** Whether pairs may pay in a network that has layers for them. */
    static boolean pairsMayPay(PassContext context) {
        return answer(PAIRS, context)
                .map(answer -> !answer.isFaster(ONE_BY_ONE, IN_PAIRS))
                .orElse(true);
    }

    private static Optional<ProfileAnswer> answer(ProfileQuestion question, PassContext context) {
        return context.host().profiler().map(profiler -> profiler.answer(question));
    }

    /** Whether there is a layer of which folding as an image could be asked. */
    private static boolean readsFewChannels(Model model) {
        return model.graph().nodes().stream()
                .filter(Layer::isWeighted)
                .map(node -> model.graph().initializers().get(node.input(1)))
                .filter(Objects::nonNull)
                .map(Initializer::tensor)
                .anyMatch(weight -> PixelFolding.isOfImage(weight.shape()));
    }
}
