package dev.espalier.groupconv.internal.convert;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;

/**
 * Residual networks as they are built for CIFAR-10: three stages of 16, 32 and 64 channels, where a
 * shortcut into a wider stage drops pixels and adds channels of zeros. Convolutions are called
 * {@code aN} and {@code bN} for block N.
 */
final class StagedNetwork {
    private final StringBuilder constants = new StringBuilder();
    private final StringBuilder nodes = new StringBuilder();
    private int seed;

    private StagedNetwork() {}

    /** With {@code blocks} blocks in each stage: 3 for ResNet-20, 9 for ResNet-56. */
    static Model of(int blocks) {
        return new StagedNetwork().build(blocks);
    }

    private Model build(int blocks) {
        conv("stem", "x", 3, 16, 1);
        String stream = relu("stem");
        int width = 16;
        for (int block = 0; block < 3 * blocks; block++) {
            boolean widens = block > 0 && block % blocks == 0;
            int out = widens ? 2 * width : width;
            conv("a" + block, stream, width, out, widens ? 2 : 1);
            conv("b" + block, relu("a" + block), out, out, 1);
            String shortcut = widens ? widened(stream, block, width / 2) : stream;
            nodes.append("s%1$d = Add(b%1$d, %2$s)\n".formatted(block, shortcut));
            stream = relu("s" + block);
            width = out;
        }
        constants.append("head: float[10,64] = seed(7)\n");
        nodes.append("p = GlobalAveragePool(" + stream + ")\nf = Flatten(p)\n");
        nodes.append("y = Gemm(f, head) {transB=1}\n");
        return GraphText.parse(
                "opset 13\ngraph g (x: float[N,3,8,8]) -> (y: float[N,10])\n" + constants + nodes);
    }

    private void conv(String name, String input, int inputs, int outputs, int stride) {
        constants.append(
                "w_%1$s: float[%2$d,%3$d,3,3] = seed(%4$d)\nb_%1$s: float[%2$d] = seed(%5$d)\n"
                        .formatted(name, outputs, inputs, ++seed, ++seed));
        nodes.append(
                "%1$s = Conv(%2$s, w_%1$s, b_%1$s) {pads=[1,1,1,1], strides=[%3$d,%3$d]}\n"
                        .formatted(name, input, stride));
    }

    private String relu(String value) {
        nodes.append("r_%1$s = Relu(%1$s)\n".formatted(value));
        return "r_" + value;
    }

    private String widened(String stream, int block, int added) {
        constants.append(
                """
                from%1$d: int64[2] = [0, 0]
                to%1$d: int64[2] = [99, 99]
                axes%1$d: int64[2] = [2, 3]
                steps%1$d: int64[2] = [2, 2]
                pads%1$d: int64[8] = [0,%2$d,0,0, 0,%2$d,0,0]
                """
                        .formatted(block, added));
        nodes.append(
                """
                half%1$d = Slice(%2$s, from%1$d, to%1$d, axes%1$d, steps%1$d)
                wide%1$d = Pad(half%1$d, pads%1$d)
                """
                        .formatted(block, stream));
        return "wide" + block;
    }
}
