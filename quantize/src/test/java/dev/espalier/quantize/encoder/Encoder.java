package dev.espalier.quantize.encoder;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import java.util.List;

/**
 * A BERT-like encoder with deterministic weights: token numbers and a mask go in, logits of the
 * first token come out.
 *
 * @param fused whether normalization and Gelu are one operator each and shapes are constants, or
 *     all is spelled out as PyTorch 1.13 exports it for operator set 14 with an open batch
 * @param biasFirst whether a bias is the first summand, as PyTorch writes it
 */
public record Encoder(Sizes sizes, boolean fused, boolean biasFirst) {
    /**
     * How large it is.
     *
     * @param inner features between the two products behind attention
     * @param sequence tokens of an example
     * @param vocabulary different tokens
     */
    public record Sizes(
            int layers,
            int hidden,
            int heads,
            int inner,
            int sequence,
            int vocabulary,
            int classes) {
        /** For tests. */
        public static final Sizes SMALL = new Sizes(2, 32, 2, 64, 12, 50, 5);

        /** For measurements; 5.4 million weights. */
        public static final Sizes MEASURED = new Sizes(4, 256, 4, 1024, 128, 8192, 5);
    }

    /** A small one as PyTorch exports it. */
    public static Model exported() {
        return exported(Sizes.SMALL);
    }

    /** As PyTorch exports it. */
    public static Model exported(Sizes sizes) {
        return new Encoder(sizes, false, true).model();
    }

    /** A small one with LayerNormalization and Gelu of operator set 20. */
    public static Model withFusedOperators() {
        return new Encoder(Sizes.SMALL, true, false).model();
    }

    private Model model() {
        int sequence = sizes.sequence();
        int hidden = sizes.hidden();
        int width = hidden / sizes.heads();
        StringBuilder text = new StringBuilder();
        text.append("opset ").append(fused ? 20 : 14).append('\n');
        text.append(
                """
                graph (input_ids: int64[N,%d], attention_mask: int64[N,%d]) -> (logits: float[N,%d])
                words: float[%d,%d] = seed(1)
                positions: float[%d,%d] = seed(2)
                axis_one: int64[1] = [1]
                axis_two: int64[1] = [2]
                one: float[] = 1
                half: float[] = 0.5
                two: float[] = 2
                root_two: float[] = 1.4142135
                tiny: float[] = 1e-12
                masked: float[] = -10000
                scale: float[] = %s
                heads: int64[4] = [0, 0, %d, %d]
                joined: int64[3] = [0, 0, %d]
                """
                        .formatted(
                                sequence,
                                sequence,
                                sizes.classes(),
                                sizes.vocabulary(),
                                hidden,
                                sequence,
                                hidden,
                                Math.sqrt(width),
                                sizes.heads(),
                                width,
                                hidden));
        text.append(
                """
                axis_none: int64[1] = [0]
                head_count: int64[1] = [%d]
                head_width: int64[1] = [%d]
                width: int64[1] = [%d]
                first: int64[] = 0
                second: int64[] = 1
                mask_wide = Unsqueeze(attention_mask, axis_one)
                mask_wider = Unsqueeze(mask_wide, axis_two)
                mask_float = Cast(mask_wider) {to=1}
                mask_left = Sub(one, mask_float)
                mask_bias = Mul(mask_left, masked)
                embedded = Gather(words, input_ids)
                placed = Add(embedded, positions)
                """
                        .formatted(sizes.heads(), width, hidden));
        normalize(text, "placed", "x0", 3);
        for (int layer = 0; layer < sizes.layers(); layer++) {
            layer(text, "l" + layer + "_", "x" + layer, "x" + (layer + 1), 10 + 20 * layer);
        }
        text.append("token = Gather(x%d, first) {axis=1}\n".formatted(sizes.layers()));
        text.append(
                """
                wp: float[%d,%d] = seed(92)
                bp: float[%d] = seed(93)
                wc: float[%d,%d] = seed(90)
                bc: float[%d] = seed(91)
                pooler = Gemm(token, wp, bp) {transB=1} as pooler
                pooled = Tanh(pooler)
                logits = Gemm(pooled, wc, bc) {transB=1} as classifier
                """
                        .formatted(
                                hidden, hidden, hidden, sizes.classes(), hidden, sizes.classes()));
        return GraphText.parse(text.toString());
    }

    private void layer(StringBuilder text, String p, String x, String y, int seed) {
        int hidden = sizes.hidden();
        linear(text, p + "q", x, hidden, hidden, seed);
        linear(text, p + "k", x, hidden, hidden, seed + 2);
        linear(text, p + "v", x, hidden, hidden, seed + 4);
        for (String each : List.of("q", "k", "v")) {
            reshape(text, p + each, p + each + "h", "heads", "head_count, head_width");
        }
        text.append(
                """
                Pqt = Transpose(Pqh) {perm=[0,2,1,3]}
                Pkt = Transpose(Pkh) {perm=[0,2,3,1]}
                Pvt = Transpose(Pvh) {perm=[0,2,1,3]}
                Pscores = MatMul(Pqt, Pkt) as Pscores
                Pscaled = Div(Pscores, scale)
                Pallowed = Add(Pscaled, mask_bias)
                Pweights = Softmax(Pallowed) {axis=-1}
                Pcontext = MatMul(Pweights, Pvt) as Pcontext
                Pcontext_t = Transpose(Pcontext) {perm=[0,2,1,3]}
                """
                        .replace("P", p));
        reshape(text, p + "context_t", p + "context_j", "joined", "width");
        linear(text, p + "o", p + "context_j", hidden, hidden, seed + 6);
        text.append("%sr1 = Add(%so, %s)\n".formatted(p, p, x));
        normalize(text, p + "r1", p + "n1", seed + 8);
        linear(text, p + "f1", p + "n1", hidden, sizes.inner(), seed + 10);
        gelu(text, p + "f1", p + "g");
        linear(text, p + "f2", p + "g", sizes.inner(), hidden, seed + 12);
        text.append("%sr2 = Add(%sf2, %sn1)\n".formatted(p, p, p));
        normalize(text, p + "r2", y, seed + 14);
    }

    /** To the first two sizes of {@code x} and further ones, which PyTorch puts together. */
    private void reshape(StringBuilder text, String x, String y, String shape, String sizes) {
        String together =
                """
                Y_all = Shape(X)
                Y_batch = Gather(Y_all, first) {axis=0}
                Y_again = Shape(X)
                Y_length = Gather(Y_again, second) {axis=0}
                Y_n = Unsqueeze(Y_batch, axis_none)
                Y_t = Unsqueeze(Y_length, axis_none)
                Y_shape = Concat(Y_n, Y_t, SIZES) {axis=0}
                Y = Reshape(X, Y_shape)
                """;
        text.append(
                (fused ? "Y = Reshape(X, %s)\n".formatted(shape) : together)
                        .replace("SIZES", sizes)
                        .replace("X", x)
                        .replace("Y", y));
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
                        .formatted(sizes.hidden(), seed, sizes.hidden(), seed + 1);
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
