package dev.espalier.train;

import dev.espalier.core.DataException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxWriter;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Makes what the demo bundles, but for the trained weights: a subset of Fashion-MNIST with equally
 * many images of every class, the first ones of each, and the untrained network.
 *
 * <pre>
 *   DemoMaterial FASHION_MNIST_FOLDER DEMO_FOLDER
 * </pre>
 */
final class DemoMaterial {
    private static final int CLASSES = 10;
    private static final int PIXELS = 28 * 28;
    private static final int IMAGE_HEADER = 16;
    private static final int LABEL_HEADER = 8;

    private DemoMaterial() {}

    public static void main(String[] arguments) throws IOException {
        Path source = Path.of(arguments[0]);
        Path demo = Path.of(arguments[1]);
        Path subset = Files.createDirectories(demo.resolve("fashion-mnist"));
        subset(source, subset, "train", 600);
        subset(source, subset, "t10k", 200);
        OnnxWriter.write(network(), demo.resolve("fashion-resnet20.onnx"));
    }

    /** Writes the first {@code perClass} images of each class, in the order of the source. */
    private static void subset(Path source, Path target, String part, int perClass)
            throws IOException {
        byte[] images = read(source.resolve(part + "-images-idx3-ubyte.gz"));
        byte[] labels = read(source.resolve(part + "-labels-idx1-ubyte.gz"));
        int[] taken = new int[CLASSES];
        try (DataOutputStream keptImages = write(target, part + "-images-idx3-ubyte.gz");
                DataOutputStream keptLabels = write(target, part + "-labels-idx1-ubyte.gz")) {
            keptImages.write(images, 0, Integer.BYTES);
            keptImages.writeInt(perClass * CLASSES);
            keptImages.write(images, 2 * Integer.BYTES, IMAGE_HEADER - 2 * Integer.BYTES);
            keptLabels.write(labels, 0, Integer.BYTES);
            keptLabels.writeInt(perClass * CLASSES);
            int count = ByteBuffer.wrap(labels).getInt(Integer.BYTES);
            for (int i = 0; i < count; i++) {
                int label = labels[LABEL_HEADER + i];
                if (taken[label]++ < perClass) {
                    keptLabels.write(label);
                    keptImages.write(images, IMAGE_HEADER + i * PIXELS, PIXELS);
                }
            }
        }
        for (int label = 0; label < CLASSES; label++) {
            if (taken[label] < perClass) {
                throw new DataException("class " + label + " has only " + taken[label]);
            }
        }
    }

    private static byte[] read(Path file) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    private static DataOutputStream write(Path folder, String name) throws IOException {
        return new DataOutputStream(
                new GZIPOutputStream(Files.newOutputStream(folder.resolve(name))));
    }

    /**
     * ResNet-20 of He et al., Deep Residual Learning, 2016, section 4.2, for one channel, with 1x1
     * convolutions on the two shortcuts that change shape, and batch normalization folded.
     */
    static Model network() {
        StringBuilder constants = new StringBuilder();
        StringBuilder nodes = new StringBuilder();
        String x = conv(constants, nodes, "stem", "input", 1, 16, 3, 1, true);
        int channels = 16;
        for (int stage = 1; stage <= 3; stage++) {
            for (int block = 1; block <= 3; block++) {
                int width = 8 << stage;
                int stride = stage > 1 && block == 1 ? 2 : 1;
                String name = "stage" + stage + ".block" + block;
                String h =
                        conv(
                                constants,
                                nodes,
                                name + ".conv1",
                                x,
                                channels,
                                width,
                                3,
                                stride,
                                true);
                h = conv(constants, nodes, name + ".conv2", h, width, width, 3, 1, false);
                String shortcut =
                        stride == 1
                                ? x
                                : conv(
                                        constants,
                                        nodes,
                                        name + ".shortcut",
                                        x,
                                        channels,
                                        width,
                                        1,
                                        stride,
                                        false);
                nodes.append("%s.sum = Add(%s, %s) as %s.add%n".formatted(name, h, shortcut, name));
                nodes.append("%s.out = Relu(%s.sum) as %s.relu%n".formatted(name, name, name));
                x = name + ".out";
                channels = width;
            }
        }
        constants.append("classifier.weight: float[10,64] = seed(1)\n");
        constants.append("classifier.bias: float[10]\n");
        nodes.append("pooled = GlobalAveragePool(" + x + ") as pool\n");
        nodes.append("features = Flatten(pooled) {axis=1} as flatten\n");
        nodes.append(
                "logits = Gemm(features, classifier.weight, classifier.bias) {transB=1} as classifier\n");
        return GraphText.parse(
                "opset 17\ngraph fashion_resnet20 (input: float[N,1,28,28]) -> (logits: float[N,10])\n"
                        + constants
                        + nodes);
    }

    private static String conv(
            StringBuilder constants,
            StringBuilder nodes,
            String name,
            String x,
            int channels,
            int width,
            int kernel,
            int stride,
            boolean relu) {
        int pad = kernel / 2;
        constants.append(
                "%s.weight: float[%d,%d,%d,%d] = seed(%d)%n"
                        .formatted(
                                name, width, channels, kernel, kernel, name.hashCode() & 0xffff));
        constants.append("%s.bias: float[%d]%n".formatted(name, width));
        nodes.append(
                "%s.y = Conv(%s, %s.weight, %s.bias) {kernel_shape=[%d,%d], strides=[%d,%d], pads=[%d,%d,%d,%d]} as %s%n"
                        .formatted(
                                name, x, name, name, kernel, kernel, stride, stride, pad, pad, pad,
                                pad, name));
        if (!relu) {
            return name + ".y";
        }
        nodes.append("%s.r = Relu(%s.y) as %s.relu%n".formatted(name, name, name));
        return name + ".r";
    }
}
