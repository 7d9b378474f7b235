package dev.espalier.core.report;

/**
 * One layer with weights (Conv, ConvTranspose, Gemm, MatMul) before and after.
 *
 * @param name of the node, in the original where it is there
 * @param op operator type in ONNX's words
 * @param before {@link Side#ABSENT} for a layer that was added
 * @param after {@link Side#ABSENT} for a layer that is gone
 */
public record LayerReport(String name, String op, Side before, Side after) {
    /**
     * One layer in one of the two models.
     *
     * @param width output channels or features
     * @param inputs input channels or features
     * @param kernel such as {@code 3x3}, {@code 3x3 /2} with a stride, {@code 3x3 g64} with groups;
     *     empty for matrices
     * @param parameters weights and biases; what two layers share counts for both
     * @param macs for one example
     * @param dataType of the stored weights, in ONNX's words, such as {@code INT8}
     */
    public record Side(
            long width, long inputs, String kernel, long parameters, long macs, String dataType) {
        public static final Side ABSENT = new Side(0, 0, "", 0, 0, "");
    }
}
