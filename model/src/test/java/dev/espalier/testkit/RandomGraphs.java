package dev.espalier.testkit;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Seeded random convolutional networks of every kind of block that passes have to cope with: plain,
 * grouped and depthwise convolution, batch normalization, activations, residual sums, concatenation
 * of branches, pooling, and a Gemm at the end. Input {@code x} is [N, 3, S, S], output {@code
 * logits} [N, classes]. Equal seeds give equal models; put the seed into a test's failure message.
 */
public final class RandomGraphs {
    /** A value under construction with its channels and its height and width. */
    private record Wire(String name, int channels, int size) {}

    private final SplittableRandom random;
    private final StringBuilder constants = new StringBuilder();
    private final StringBuilder nodes = new StringBuilder();
    private int names;

    private RandomGraphs(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** A network of about {@code blocks} blocks. */
    public static Model cnn(long seed, int blocks) {
        return new RandomGraphs(seed).build(blocks);
    }

    /** A network of three to eight blocks. */
    public static Model cnn(long seed) {
        return cnn(seed, 3 + (int) Math.floorMod(seed, 6L));
    }

    private Model build(int blocks) {
        int size = 8 + 4 * random.nextInt(3);
        Wire wire = new Wire("x", 3, size);
        wire = activation(normalized(conv(wire, 8 + 4 * random.nextInt(3), 3, 1, 1)));
        for (int i = 0; i < blocks; i++) {
            wire =
                    switch (random.nextInt(7)) {
                        case 0 -> activation(normalized(conv(wire, width(), 3, 1, 1)));
                        case 1 -> residual(wire);
                        case 2 -> branches(wire);
                        case 3 -> separable(wire);
                        case 4 -> pool(wire);
                        case 5 -> grouped(wire);
                        default -> activation(conv(wire, width(), 1, 1, 1));
                    };
        }
        int classes = 2 + random.nextInt(9);
        String pooled = node("GlobalAveragePool(" + wire.name() + ")", "");
        String flat = node("Flatten(" + pooled + ")", " {axis=1}");
        String weight = constant("float[" + classes + "," + wire.channels() + "]");
        String bias = constant("float[" + classes + "]");
        nodes.append("logits = Gemm(%s, %s, %s) {transB=1}%n".formatted(flat, weight, bias));
        return GraphText.parse(
                "opset %d%ngraph random (x: float[N,3,%d,%d]) -> (logits: float[N,%d])%n"
                                .formatted(13 + random.nextInt(5), size, size, classes)
                        + constants
                        + nodes);
    }

    private int width() {
        return 4 * (1 + random.nextInt(4));
    }

    private Wire residual(Wire wire) {
        Wire inner = activation(normalized(conv(wire, width(), 3, 1, 1)));
        Wire main = normalized(conv(inner, wire.channels(), 3, 1, 1));
        String sum = node("Add(" + main.name() + ", " + wire.name() + ")", "");
        return activation(new Wire(sum, wire.channels(), wire.size()));
    }

    private Wire branches(Wire wire) {
        List<Wire> parts = new ArrayList<>();
        for (int i = 2 + random.nextInt(2); i > 0; i--) {
            int kernel = random.nextBoolean() ? 1 : 3;
            parts.add(activation(normalized(conv(wire, width(), kernel, 1, 1))));
        }
        if (random.nextBoolean()) {
            parts.add(wire);
        }
        String joined =
                node(
                        "Concat("
                                + String.join(", ", parts.stream().map(Wire::name).toList())
                                + ")",
                        " {axis=1}");
        int channels = parts.stream().mapToInt(Wire::channels).sum();
        return conv(new Wire(joined, channels, wire.size()), width(), 1, 1, 1);
    }

    private Wire separable(Wire wire) {
        Wire depthwise = activation(normalized(conv(wire, wire.channels(), 3, 1, wire.channels())));
        return activation(normalized(conv(depthwise, width(), 1, 1, 1)));
    }

    /** Group convolution of two groups between two dense ones. */
    private Wire grouped(Wire wire) {
        Wire before = activation(normalized(conv(wire, width(), 1, 1, 1)));
        return activation(normalized(conv(before, width(), 3, 1, 2)));
    }

    private Wire pool(Wire wire) {
        if (wire.size() < 4) {
            return wire;
        }
        if (random.nextBoolean()) {
            return activation(normalized(conv(wire, width(), 3, 2, 1)));
        }
        String type = random.nextBoolean() ? "MaxPool" : "AveragePool";
        String y = node(type + "(" + wire.name() + ")", " {kernel_shape=[2,2], strides=[2,2]}");
        return new Wire(y, wire.channels(), wire.size() / 2);
    }

    private Wire conv(Wire wire, int channels, int kernel, int stride, int group) {
        String weight =
                constant(
                        "float[%d,%d,%d,%d]"
                                .formatted(channels, wire.channels() / group, kernel, kernel));
        String bias = random.nextBoolean() ? ", " + constant("float[" + channels + "]") : "";
        int pad = kernel / 2;
        String y =
                node(
                        "Conv(" + wire.name() + ", " + weight + bias + ")",
                        " {kernel_shape=[%d,%d], pads=[%d,%d,%d,%d], strides=[%d,%d], group=%d}"
                                .formatted(
                                        kernel, kernel, pad, pad, pad, pad, stride, stride, group));
        return new Wire(y, channels, (wire.size() + 2 * pad - kernel) / stride + 1);
    }

    private Wire normalized(Wire wire) {
        if (random.nextInt(4) == 0) {
            return wire;
        }
        String type = "float[" + wire.channels() + "]";
        String y =
                node(
                        "BatchNormalization(%s, %s, %s, %s, %s)"
                                .formatted(
                                        wire.name(),
                                        constant(type),
                                        constant(type),
                                        constant(type),
                                        constant(type)),
                        " {epsilon=1.0E-5}");
        return new Wire(y, wire.channels(), wire.size());
    }

    private Wire activation(Wire wire) {
        String y =
                switch (random.nextInt(5)) {
                    case 0 -> {
                        String low = fixed("float[]", "0");
                        yield node(
                                "Clip("
                                        + wire.name()
                                        + ", "
                                        + low
                                        + ", "
                                        + fixed("float[]", "6")
                                        + ")",
                                "");
                    }
                    case 1 -> node("LeakyRelu(" + wire.name() + ")", " {alpha=0.1}");
                    case 2 -> node("Sigmoid(" + wire.name() + ")", "");
                    default -> node("Relu(" + wire.name() + ")", "");
                };
        return new Wire(y, wire.channels(), wire.size());
    }

    private String node(String call, String attributes) {
        String name = "v" + names++;
        nodes.append(name).append(" = ").append(call).append(attributes).append('\n');
        return name;
    }

    private String constant(String type) {
        return fixed(type, "seed(" + random.nextInt() + ")");
    }

    private String fixed(String type, String data) {
        String name = "w" + names++;
        constants.append(name).append(": ").append(type).append(" = ").append(data).append('\n');
        return name;
    }
}
