package dev.espalier.train.program;

import dev.espalier.core.ir.TensorType;
import dev.espalier.train.regime.MixingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Writes what a {@link Mixture} does to the examples of a part. Every network of the program reads
 * the mixtures, since they take the place of the inputs.
 */
final class MixtureWriter {
    /** The parameter that takes {@link Mixture#toTensor}. */
    static final String ARGUMENT = "mix";

    private static final String OWN = "labels";
    private static final String PARTNERS = "partners";

    private final MixingSettings settings;
    private final List<TensorType> inputs;

    /**
     * @param inputs of the program, in their order
     */
    MixtureWriter(MixingSettings settings, List<TensorType> inputs) {
        this.settings = settings;
        this.inputs = inputs;
    }

    /** To come before anything that reads an input. */
    List<String> statements() {
        List<String> statements = new ArrayList<>();
        statements.add("share = float(" + number(1) + ")");
        statements.add(PARTNERS + " = " + flipped(OWN));
        if (settings.mixup() > 0) {
            statements.add("blend = float(" + number(0) + ")");
        }
        if (settings.cutmix() > 0) {
            statements.add("top = int(" + number(2) + ")");
            statements.add("bottom = int(" + number(3) + ")");
            statements.add("left = int(" + number(4) + ")");
            statements.add("right = int(" + number(5) + ")");
        }
        for (int i = 0; i < inputs.size(); i++) {
            boolean blended = settings.mixup() > 0 && Mixtures.isFloating(inputs.get(i));
            boolean pasted = settings.cutmix() > 0 && Mixtures.isImage(inputs.get(i));
            if (blended || pasted) {
                mix(statements, "x" + i, "p" + i, blended, pasted);
            }
        }
        return statements;
    }

    private static void mix(
            List<String> statements, String x, String partner, boolean blended, boolean pasted) {
        statements.add(partner + " = " + flipped(x));
        // The argument itself is the caller's memory and stays as it is.
        statements.add(
                blended
                        ? "%s = torch.lerp(%s, %1$s, blend)".formatted(x, partner)
                        : "%s = torch.clone(%1$s)".formatted(x));
        if (pasted) {
            statements.add("%s = torch.copy_(%s, %s)".formatted("b" + x, box(x), box(partner)));
        }
    }

    private static String box(String images) {
        return "torch.slice(torch.slice(%s, 2, top, bottom), 3, left, right)".formatted(images);
    }

    private static String flipped(String argument) {
        return "torch.flip(" + argument + ", [0])";
    }

    private static String number(int position) {
        return "torch.select(" + ARGUMENT + ", 0, " + position + ")";
    }

    /** See {@link LossWriter#labelled}. */
    String labelled(UnaryOperator<String> loss) {
        return "torch.add(torch.mul(%s, share), torch.mul(%s, 1. - share))"
                .formatted(loss.apply(OWN), loss.apply(PARTNERS));
    }

    /** The labels of which each mixture holds more; its own of halves. */
    String largerShares() {
        return "torch.where(torch.ge(%s, 0.5), %s, %s)".formatted(number(1), OWN, PARTNERS);
    }
}
