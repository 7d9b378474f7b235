package dev.espalier.train.program;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.Seeds;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.train.regime.MixingSettings;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The {@link Mixture} of every step of a training. That of a step depends on the seed and the
 * step's number alone, so that a resumed training mixes as an undisturbed one.
 */
public final class Mixtures {
    /** Apart from the epochs' seeds, whose numbers are counted from 0. */
    private static final int STREAM = -1;

    private static final int IMAGE_RANK = 4;

    private final MixingSettings settings;
    private final long seed;
    private final int height;
    private final int width;

    /**
     * @param height of the images that boxes are cut of, in pixels; any number without cutmix
     * @param width of the same
     */
    Mixtures(MixingSettings settings, long seed, int height, int width) {
        this.settings = settings;
        this.seed = Seeds.mix(seed, STREAM);
        this.height = height;
        this.width = width;
    }

    /**
     * Those of a training of {@code model}; empty where nothing is mixed.
     *
     * @throws InvalidOptionException where the model has no inputs that can be mixed so
     */
    public static Optional<Mixtures> of(
            MixingSettings settings, Model model, InputShapes shapes, long seed) {
        if (!settings.isOn()) {
            return Optional.empty();
        }
        List<TensorType> inputs = inputs(model, shapes);
        if (settings.mixup() > 0 && inputs.stream().noneMatch(Mixtures::isFloating)) {
            throw new InvalidOptionException(
                    "mixup blends float inputs, the model takes %s; set augmentation: {mixing: {mixup: 0}}"
                            .formatted(inputs));
        }
        if (settings.cutmix() == 0) {
            return Optional.of(new Mixtures(settings, seed, 1, 1));
        }
        List<Shape> images =
                inputs.stream().filter(Mixtures::isImage).map(TensorType::shape).toList();
        if (images.stream().map(image -> image.size(2) + "x" + image.size(3)).distinct().count()
                != 1) {
            throw new InvalidOptionException(
                    "cutmix needs images [N, C, H, W] of one size, the model takes %s; set augmentation: {mixing: {cutmix: 0}}"
                            .formatted(inputs));
        }
        return Optional.of(
                new Mixtures(
                        settings,
                        seed,
                        Math.toIntExact(images.get(0).size(2)),
                        Math.toIntExact(images.get(0).size(3))));
    }

    /** The types of a model's inputs, in the order of a program's arguments. */
    static List<TensorType> inputs(Model model, InputShapes shapes) {
        return model.graph().feeds().stream().map(shapes::bind).toList();
    }

    /** Whether an input's numbers can be blended. */
    static boolean isFloating(TensorType input) {
        return input.dataType() == DataType.FLOAT;
    }

    /** Whether an input is [N, C, H, W], of which boxes can be cut. */
    static boolean isImage(TensorType input) {
        return isFloating(input) && input.shape().rank() == IMAGE_RANK;
    }

    /**
     * How the examples of one step are mixed.
     *
     * @param step counted from 0 over all epochs
     */
    public Mixture at(long step) {
        SplittableRandom random = new SplittableRandom(Seeds.mix(seed, step));
        boolean pastes = settings.mixup() == 0 || settings.cutmix() > 0 && random.nextBoolean();
        if (!pastes) {
            return Mixture.blending(new Beta(settings.mixup()).draw(random));
        }
        return Mixture.pasting(
                box(new Beta(settings.cutmix()).draw(random), random), height, width);
    }

    /** A box of 1 - {@code share} of the area, of which what lies outside is cut off. */
    private Mixture.Box box(double share, SplittableRandom random) {
        double side = Math.sqrt(1 - share);
        int high = (int) Math.round(height * side);
        int wide = (int) Math.round(width * side);
        int top = random.nextInt(height) - high / 2;
        int left = random.nextInt(width) - wide / 2;
        return new Mixture.Box(
                Math.max(0, top),
                Math.min(height, top + high),
                Math.max(0, left),
                Math.min(width, left + wide));
    }
}
