package dev.espalier.groupconv.structure;

/**
 * How the weight [Co, Ci, kh, kw] of a dense convolution is cut into groups. With rows in the order
 * {@code outputs} and columns in the order {@code inputs}, only the {@code groups} equal blocks on
 * the diagonal are kept: {@code y = Gather(outputs⁻¹) ∘ Conv(group = G) ∘ Gather(inputs) (x)}
 * equals the convolution with all other weights at 0.
 *
 * @param groups number of groups G, which divides Co and Ci; 1 leaves the layer dense
 * @param outputs the original output channel at each position, P of the paper
 * @param inputs the original input channel at each position, Q of the paper
 */
public record GroupStructure(int groups, Permutation outputs, Permutation inputs) {
    /**
     * @throws IllegalArgumentException where the groups do not divide both
     */
    public GroupStructure {
        if (groups < 1 || outputs.size() % groups != 0 || inputs.size() % groups != 0) {
            throw new IllegalArgumentException(
                    "%s groups do not divide %s outputs and %s inputs"
                            .formatted(groups, outputs.size(), inputs.size()));
        }
    }

    /** Whether the weight from an original input channel to an original output channel is kept. */
    public boolean keeps(int output, int input) {
        int row = outputs.inverse().at(output) / (outputs.size() / groups);
        int column = inputs.inverse().at(input) / (inputs.size() / groups);
        return row == column;
    }
}
