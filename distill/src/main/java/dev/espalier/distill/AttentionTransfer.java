package dev.espalier.distill;

import dev.espalier.train.program.LossTerm;
import dev.espalier.train.program.LossWriter;
import java.util.List;

/**
 * {@code || a(s) / |a(s)| - a(t) / |a(t)| ||^2}, averaged over the batch and over pairs of feature
 * maps [N, C, H, W], with the attention {@code a(x)_hw = sum_c x_chw^2}: the student shall look
 * where the teacher looks, whatever its channels are. See Zagoruyko and Komodakis, Paying More
 * Attention to Attention, 2017, equation 2 with p = 2; as in the authors' code the distance is
 * squared, but it is summed over positions and not averaged, so that a weight means the same at
 * every resolution. A map of zeros has the attention 0.
 *
 * @param pairs at least one
 */
record AttentionTransfer(List<FeaturePair> pairs) implements LossTerm {
    AttentionTransfer {
        pairs = List.copyOf(pairs);
    }

    @Override
    public String write(LossWriter writer) {
        return Hints.mean(
                pairs.stream()
                        .map(
                                pair -> {
                                    String s = attention(writer, writer.value(pair.student()));
                                    String t = attention(writer, writer.teacher(0, pair.teacher()));
                                    return "torch.mean(torch.sum(torch.square(torch.sub(%s, %s)), [1]))"
                                            .formatted(s, t);
                                })
                        .toList());
    }

    /** The variable of the normalised attention, [N, H W]. */
    private static String attention(LossWriter writer, String map) {
        String raw = writer.let("torch.flatten(torch.sum(torch.square(" + map + "), [1]), 1)");
        return writer.let(
                "torch.div(%s, torch.clamp_min(torch.norm(%1$s, 2, [1], True), 1.0e-12))"
                        .formatted(raw));
    }
}
