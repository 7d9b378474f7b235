package dev.espalier.core.analysis;

import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Sizes for everything that a model's inputs leave open, so that it can be counted without being
 * asked about: what is stated, and for the rest what such inputs mostly have. Equal symbols get
 * equal sizes.
 *
 * @param stated types of the inputs with the stated sizes, the rest open; by name, without inputs
 *     that are no tensors
 * @param bound the same with the assumed sizes, too; without inputs of unknown rank
 * @param assumed sizes by what they were assumed for: a symbol, or an input and its axis
 */
public record AssumedSizes(
        Map<String, TensorType> stated, Map<String, TensorType> bound, Map<String, Long> assumed) {
    /** Tokens of a text, and frames of a sound. */
    private static final long SEQUENCE = 128;

    /** Height and width of pictures. */
    private static final long PIXELS = 224;

    private static final long COLOURS = 3;

    /** Of whatever else; few networks need more. */
    private static final long OTHER = 16;

    /** Rank of [N, C, H, W]. */
    private static final int PICTURES = 4;

    /**
     * @param shapes what is stated: the batch, and whole shapes of some inputs
     */
    public static AssumedSizes of(Model model, InputShapes shapes) {
        List<Value> feeds = model.graph().feeds();
        Map<String, TensorType> stated = new LinkedHashMap<>();
        Map<String, TensorType> bound = new LinkedHashMap<>();
        Map<String, Long> assumed = new LinkedHashMap<>();
        for (Value input : feeds) {
            if (input.type().isEmpty()) {
                continue;
            }
            TensorType type = shapes.stated(feeds, input);
            stated.put(input.name(), type);
            if (type.shape().isRanked()) {
                bound.put(input.name(), type.withShape(whole(input.name(), type, assumed)));
            }
        }
        return new AssumedSizes(stated, bound, assumed);
    }

    /** The stated sizes alone. */
    public AssumedSizes withoutAssumptions() {
        return new AssumedSizes(stated, stated, Map.of());
    }

    private static Shape whole(String input, TensorType type, Map<String, Long> assumed) {
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < type.shape().rank(); axis++) {
            Dim dim = type.shape().dim(axis);
            if (!dim.isFixed()) {
                String name =
                        dim instanceof Dim.Symbolic symbol ? symbol.name() : input + "#" + axis;
                int at = axis;
                dim = Dim.of(assumed.computeIfAbsent(name, n -> guess(n, type, at)));
            }
            dims.add(dim);
        }
        return Shape.of(dims);
    }

    private static long guess(String name, TensorType type, int axis) {
        String words = name.toLowerCase(Locale.ROOT);
        if (words.contains("batch")) {
            return 1;
        }
        if (words.contains("seq") || words.contains("len") || words.contains("token")) {
            return SEQUENCE;
        }
        boolean isReal = type.dataType().isFloating();
        if (isReal && type.shape().rank() == PICTURES) {
            return axis == 0 ? 1 : axis == 1 ? COLOURS : PIXELS;
        }
        if (words.contains("height") || words.contains("width")) {
            return PIXELS;
        }
        if (axis == 0) {
            return 1;
        }
        return !isReal || type.shape().rank() == PICTURES - 1 && axis == 1 ? SEQUENCE : OTHER;
    }

    /** What was assumed in words; empty where nothing was. */
    public String text() {
        return assumed.entrySet().stream()
                .map(entry -> entry.getKey() + " = " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
