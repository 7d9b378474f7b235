package dev.espalier.cli;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Models, data and recipes small enough for tests. */
final class SmallFiles {
    private SmallFiles() {}

    /** Two convolutions and a classifier; prunable. */
    static Path network(Path folder) {
        return write(
                folder.resolve("network.onnx"),
                """
                graph (x: float[N,3,8,8]) -> (y)
                w1: float[64,3,3,3] = seed(1)
                w2: float[32,64,3,3] = seed(2)
                w3: float[32,10] = seed(3)
                a = Conv(x, w1) {pads=[1,1,1,1]}
                b = Relu(a)
                c = Conv(b, w2) {pads=[1,1,1,1]}
                d = Relu(c)
                e = GlobalAveragePool(d)
                f = Flatten(e)
                y = Gemm(f, w3)
                """);
    }

    /** Scores are the three features themselves, so that the greatest one is the class. */
    static Path identity(Path folder) {
        return write(
                folder.resolve("identity.onnx"),
                """
                graph (x: float[N,3]) -> (y)
                w: float[3,3] = [1, 0, 0, 0, 1, 0, 0, 0, 1]
                y = Gemm(x, w)
                """);
    }

    /**
     * Two products of bytes as somebody else might write them, the second with weights up to 64.
     *
     * @param greatest weight of the first
     */
    static Path integers(Path folder, int greatest) {
        return write(
                folder.resolve("integers.onnx"),
                """
                opset 13
                graph (x: float[N,4]) -> (y: float[N,4])
                s: float[] = 0.02
                z: uint8[] = 128
                w: int8[4,8] = fill(%d)
                v: int8[8,4] = fill(64)
                ws: float[] = 0.01
                wz: int8[] = 0
                xq = QuantizeLinear(x, s, z)
                hq = QLinearMatMul(xq, s, z, w, ws, wz, s, z) as first
                yq = QLinearMatMul(hq, s, z, v, ws, wz, s, z) as second
                y = DequantizeLinear(yq, s, z)
                """
                        .formatted(greatest));
    }

    static Path write(Path file, String text) {
        OnnxWriter.write(GraphText.parse(text), file);
        return file;
    }

    /** A recipe for {@link #identity} and its data: of 8 test rows, 6 have the right label. */
    static Path classification(Path folder) throws IOException {
        identity(folder);
        StringBuilder train = new StringBuilder("a,b,c,label\n");
        for (int i = 0; i < 30; i++) {
            train.append(row(i % 3, i % 3));
        }
        StringBuilder test = new StringBuilder("a,b,c,label\n");
        for (int i = 0; i < 8; i++) {
            test.append(row(i % 3, i < 6 ? i % 3 : (i + 1) % 3));
        }
        Path data = Files.createDirectories(folder.resolve("table"));
        Files.writeString(data.resolve("train.csv"), train);
        Files.writeString(data.resolve("test.csv"), test);
        return recipe(
                folder,
                """
                model: identity.onnx
                data: {format: csv, path: table}
                passes: []
                """);
    }

    private static String row(int greatest, int label) {
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            row.append(i == greatest ? 5 : 1).append(',');
        }
        return row.append(label).append('\n').toString();
    }

    static Path recipe(Path folder, String text) throws IOException {
        return Files.writeString(folder.resolve("recipe.yaml"), text);
    }

    /** A small classifier with its data, and a recipe of three passes, which trains too. */
    static Path everyPass(Path folder) throws IOException {
        classification(folder);
        Files.delete(folder.resolve("identity.onnx"));
        write(
                folder.resolve("network.onnx"),
                """
                graph (x: float[N,3]) -> (y)
                w1: float[3,64] = seed(1)
                b1: float[64] = seed(2)
                w2: float[64,64] = seed(3)
                w3: float[64,3] = seed(4)
                a = Gemm(x, w1, b1)
                b = Relu(a)
                c = Gemm(b, w2)
                d = Relu(c)
                y = Gemm(d, w3)
                """);
        return recipe(
                folder,
                """
                model: network.onnx
                data: {format: csv, path: table}
                passes:
                  - prune: {macs: 0.5, round-to: 8}
                  - distill:
                      epochs: 3
                      regime: {batch: 9, augmentation: {padding: 0, flip: false}}
                  - quantize: {keep-float: {slower: false}}
                seed: 3
                """);
    }

    /** A recipe that prunes {@link #network}. */
    static Path pruning(Path folder) throws IOException {
        network(folder);
        return recipe(
                folder,
                """
                model: network.onnx
                passes:
                  - prune: {macs: 0.5, round-to: 8}
                seed: 3
                """);
    }
}
