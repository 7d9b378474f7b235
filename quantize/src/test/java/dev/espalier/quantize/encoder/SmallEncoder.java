package dev.espalier.quantize.encoder;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;

/**
 * A BERT-like encoder of two layers with deterministic weights: token numbers and a mask go in,
 * logits of the first token come out.
 *
 * @param fused whether normalization and Gelu are one operator each, or spelled out as PyTorch
 *     exports them for older operator sets
 * @param biasFirst whether a bias is the first summand, as PyTorch writes it
 */
public record SmallEncoder(boolean fused, boolean biasFirst) {
    public static final int TOKENS = 50;
    public static final int SEQUENCE = 12;
    public static final int HIDDEN = 32;
    private static final int HEADS = 2;
    private static final int INNER = 64;
    private static final int LAYERS = 2;
    private static final int CLASSES = 5;

    /** As PyTorch exports it. */
    public static Model exported() {
        return new SmallEncoder(false, true).model();
    }

    /** With LayerNormalization and Gelu of operator set 20. */
    public static Model withFusedOperators() {
        return new SmallEncoder(true, false).model();
    }

    private Model model() {
        StringBuilder text = new StringBuilder();
        text.append("opset ").append(fused ? 20 : 14).append('\n');
        text.append(
                """
                graph (ids: int64[N,%d], mask: int64[N,%d]) -> (logits: float[N,%d])
                words: float[%d,%d] = seed(1)
                positions: float[%d,%d] = seed(2)
                mask_axes: int64[2] = [1, 2]
                one: float[] = 1
                half: float[] = 0.5
                two: float[] = 2
                root_two: float[] = 1.4142135
                tiny: float[] = 1e-12
                masked: float[] = -10000
                scale: float[] = %s
                heads: int64[4] = [0, 0, %d, %d]
                joined: int64[3] = [0, 0, %d]
                first: int64[] = 0
                mask_wide = Unsqueeze(mask, mask_axes)
                mask_float = Cast(mask_wide) {to=1}
                mask_left = Sub(one, mask_float)
                mask_bias = Mul(mask_left, masked)
                embedded = Gather(words, ids)
                placed = Add(embedded, positions)
                """
                        .formatted(
                                SEQUENCE,
                                SEQUENCE,
                                CLASSES,
                                TOKENS,
                                HIDDEN,
                                SEQUENCE,
                                HIDDEN,
                                Math.sqrt(HIDDEN / HEADS),
                                HEADS,
                                HIDDEN / HEADS,
                                HIDDEN));
        normalize(text, "placed", "x0", 3);
        for (int layer = 0; layer < LAYERS; layer++) {
            layer(text, "l" + layer + "_", "x" + layer, "x" + (layer + 1), 10 + 20 * layer);
        }
        text.append("pooled = Gather(x%d, first) {axis=1}\n".formatted(LAYERS));
        text.append("wc: float[%d,%d] = seed(90)\n".formatted(CLASSES, HIDDEN));
        text.append("bc: float[%d] = seed(91)\n".formatted(CLASSES));
        text.append("logits = Gemm(pooled, wc, bc) {transB=1} as classifier\n");
        return GraphText.parse(text.toString());
    }

    private void layer(StringBuilder text, String p, String x, String y, int seed) {
        linear(text, p + "q", x, HIDDEN, HIDDEN, seed);
        linear(text, p + "k", x, HIDDEN, HIDDEN, seed + 2);
        linear(text, p + "v", x, HIDDEN, HIDDEN, seed + 4);
        text.append(
                """
                Pqh = Reshape(Pq, heads)
                Pkh = Reshape(Pk, heads)
                Pvh = Reshape(Pv, heads)
                Pqt = Transpose(Pqh) {perm=[0,2,1,3]}
                Pkt = Transpose(Pkh) {perm=[0,2,3,1]}
                Pvt = Transpose(Pvh) {perm=[0,2,1,3]}
                Pscores = MatMul(Pqt, Pkt) as Pscores
                Pscaled = Div(Pscores, scale)
                Pallowed = Add(Pscaled, mask_bias)
                Pweights = Softmax(Pallowed) {axis=-1}
                Pcontext = MatMul(Pweights, Pvt) as Pcontext
                Pcontext_t = Transpose(Pcontext) {perm=[0,2,1,3]}
                Pcontext_j = Reshape(Pcontext_t, joined)
                """
                        .replace("P", p));
        linear(text, p + "o", p + "context_j", HIDDEN, HIDDEN, seed + 6);
        text.append("%sr1 = Add(%so, %s)\n".formatted(p, p, x));
        normalize(text, p + "r1", p + "n1", seed + 8);
        linear(text, p + "f1", p + "n1", HIDDEN, INNER, seed + 10);
        gelu(text, p + "f1", p + "g");
        linear(text, p + "f2", p + "g", INNER, HIDDEN, seed + 12);
        text.append("%sr2 = Add(%sf2, %sn1)\n".formatted(p, p, p));
        normalize(text, p + "r2", y, seed + 14);
    }

    private void linear(StringBuilder text, String y, String x, int k, int n, int seed) {
        text.append(
                """
                Y_w: float[%d,%d] = seed(%d)
                Y_b: float[%d] = seed(%d)
                Y_m = MatMul(%s, Y_w) as Y_m
                Y = Add(%s)
                """
                        .formatted(k, n, seed, n, seed + 1, x, biasFirst ? "Y_b, Y_m" : "Y_m, Y_b")
                        .replace("Y", y));
    }

    private void normalize(StringBuilder text, String x, String y, int seed) {
        String weights =
                """
                Y_g: float[%d] = seed(%d)
                Y_s: float[%d] = seed(%d)
                """
                        .formatted(HIDDEN, seed, HIDDEN, seed + 1);
        String spelled =
                """
                Y_mean = ReduceMean(X) {axes=[-1]}
                Y_centred = Sub(X, Y_mean)
                Y_square = Pow(Y_centred, two)
                Y_var = ReduceMean(Y_square) {axes=[-1]}
                Y_safe = Add(Y_var, tiny)
                Y_dev = Sqrt(Y_safe)
                Y_normal = Div(Y_centred, Y_dev)
                Y_scaled = Mul(Y_normal, Y_g)
                Y = Add(Y_scaled, Y_s)
                """;
        String one = "Y = LayerNormalization(X, Y_g, Y_s) {axis=-1, epsilon=1e-12}\n";
        text.append((weights + (fused ? one : spelled)).replace("X", x).replace("Y", y));
    }

    private void gelu(StringBuilder text, String x, String y) {
        String spelled =
                """
                Y_d = Div(X, root_two)
                Y_e = Erf(Y_d)
                Y_a = Add(Y_e, one)
                Y_m = Mul(X, Y_a)
                Y = Mul(Y_m, half)
                """;
        text.append((fused ? "Y = Gelu(X)\n" : spelled).replace("X", x).replace("Y", y));
    }
}
