package dev.espalier.graft;

/**
 * What a network keeps of its own layer when another network's is grafted onto it:
 *
 * <pre>
 *   alpha = (a / pi) atan(c (H_own - H_donor)) + 1/2          between 1/2 - a/2 and 1/2 + a/2
 *   W_own = alpha W_own + (1 - alpha) W_donor
 * </pre>
 *
 * <p>Meng et al., Filter Grafting for Deep Neural Networks, 2020, equation 7, with A = a / pi.
 *
 * @param amplitude a: how far the share may be from a half, 0 to 1
 * @param steepness c: how soon a difference of information tells
 * @param digits decimals that the share is rounded to, half to even; negative for none
 */
record AdaptiveShare(double amplitude, double steepness, int digits) {
    /** alpha, for the information of the own layer and of the donor's. */
    double of(double own, double donor) {
        double share = amplitude / Math.PI * Math.atan(steepness * (own - donor)) + 0.5;
        if (digits < 0) {
            return share;
        }
        double scale = Math.pow(10, digits);
        return Math.rint(share * scale) / scale;
    }
}
