package dev.espalier.quantize.internal.effect;

/** Why a network's output is far from what it was, and what helps. */
enum Cause {
    SATURATION(
            "the sums of 8-bit products saturate on this machine",
            "target: any, of quantize and quantize-dynamic, writes weights whose sums do not"),
    RANGE(
            "the range of its 8 bits does not fit its values",
            "take another calibration, or more and other calibration samples, or name it under 'keep-float'"),
    FAR_SUMMANDS(
            "it combines values of far ranges in 8-bit integers, where the smaller is lost",
            "leave it float: keep-float: {far-ranges: true}, or name it under 'keep-float'"),
    BIAS(
            "its bias was moved",
            "as far as a later rounding of its weights is going to move its mean, which is far with few bits; compare again after that"),
    ROUNDING(
            "the rounding of its weights or activations",
            "more bits help, learned rounding with round-weights before quantize, or naming it under 'keep-float' or 'exclude'");

    private final String words;
    private final String remedy;

    Cause(String words, String remedy) {
        this.words = words;
        this.remedy = remedy;
    }

    /** In plain words. */
    String words() {
        return words;
    }

    /** What to do about it. */
    String remedy() {
        return remedy;
    }
}
