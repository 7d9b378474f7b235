package dev.espalier.graft;

import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;

/**
 * How much a layer keeps of its own when another network's is grafted onto it; see {@link
 * AdaptiveShare} for the formula and {@link LayerwiseBlend} for what takes which share. With the
 * scale of batch norms as information they are for the layers that none scales; see {@link
 * ChannelwiseBlend}.
 *
 * @param information what tells which of two layers is worth more; none keeps {@code fixed} of each
 * @param a how far the share may be from a half, to both sides together
 * @param c how soon a difference of information tells; the authors' code takes 500 and, in another
 *     copy, 5
 * @param bins of the histogram that the entropy is of
 * @param digits decimals that the share is rounded to, half to even; -1 for none
 * @param fixed share that every layer keeps where information is none
 */
@Withers
public record BlendSettings(
        @Option(value = "entropy", help = "What tells which of two layers is worth more")
                Information information,
        @Option(value = "0.4", help = "Width of the range of shares about a half", min = 0, max = 1)
                double a,
        @Option(value = "500", help = "How soon a difference tells", min = 0, max = 1e9) double c,
        @Option(value = "10", help = "Bins of the histogram of weights", min = 2, max = 65536)
                int bins,
        @Option(value = "2", help = "Decimals of a share, -1 for all", min = -1, max = 15)
                int digits,
        @Option(
                        value = "0.5",
                        help = "Share that is kept where information is none",
                        min = 0,
                        max = 1)
                double fixed)
        implements BlendSettingsBuilder.With {
    /** The share of its own that a layer keeps. */
    double share(float[] own, float[] donor) {
        if (information == Information.NONE) {
            return fixed;
        }
        return new AdaptiveShare(a, c, digits)
                .of(information.of(own, bins), information.of(donor, bins));
    }

    /** The share that is kept of a layer that knows as much as the donor's. */
    double shareOfEquals() {
        return information == Information.NONE ? fixed : 0.5;
    }
}
