package dev.espalier.train.regime;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;

/**
 * Training on mixtures of two examples each, i and its partner j. In every step a share s is drawn
 * from Beta(alpha, alpha), and the part of the loss that reads labels becomes {@code s
 * loss(label_i) + (1 - s) loss(label_j)}.
 *
 * <p>{@code mixup}: {@code x = s x_i + (1 - s) x_j} for all float inputs. See Zhang et al., mixup:
 * Beyond Empirical Risk Minimization, 2018, who take an alpha of 0.1 to 0.4 for ImageNet and 1 for
 * CIFAR-10.
 *
 * <p>{@code cutmix}: a rectangle of 1 - s of the area of x_i, with the image's proportions and an
 * evenly drawn centre, is that of x_j; what of it lies outside the image is cut off, and s becomes
 * the share that is left of x_i. Inputs that are no float images [N, C, H, W] stay x_i's. See Yun
 * et al., CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features,
 * 2019, who take an alpha of 1.
 *
 * <p>The partner of example i of a part of N is example N - 1 - i; batches are shuffled. Terms that
 * read no labels, such as those of a teacher, see the mixtures alone: the teacher looks at what the
 * trained network looks at. Where both alphas are above 0, every step takes one or the other.
 *
 * @param mixup alpha of mixup, 0 for none
 * @param cutmix alpha of cutmix, 0 for none
 */
@Withers
public record MixingSettings(
        @Option(
                        value = "0",
                        help =
                                "Alpha of mixup, which blends two examples; 0 for none, 0.2 is usual",
                        min = 0,
                        max = 100)
                double mixup,
        @Option(
                        value = "0",
                        help =
                                "Alpha of cutmix, which pastes a box of one image into another; 0 for none, 1 is usual",
                        min = 0,
                        max = 100)
                double cutmix)
        implements MixingSettingsBuilder.With {
    public static final MixingSettings NONE = new MixingSettings(0, 0);

    /** Whether examples are mixed at all. */
    public boolean isOn() {
        return mixup > 0 || cutmix > 0;
    }
}
