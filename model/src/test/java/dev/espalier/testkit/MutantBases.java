package dev.espalier.testkit;

import dev.espalier.core.internal.proto.Onnx.AttributeProto;
import dev.espalier.core.internal.proto.Onnx.AttributeProto.AttributeType;
import dev.espalier.core.internal.proto.Onnx.FunctionProto;
import dev.espalier.core.internal.proto.Onnx.ModelProto;
import dev.espalier.core.internal.proto.Onnx.NodeProto;
import dev.espalier.core.internal.proto.Onnx.OperatorSetIdProto;
import dev.espalier.core.internal.proto.Onnx.StringStringEntryProto;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The whole models that {@link Mutants} damages: small, and between them with every described
 * operator, both ways of quantizing, control flow, functions and metadata.
 */
final class MutantBases {
    private static final String IMAGE =
            """
            opset 13
            graph image (x: float[N,4,8,8]) -> (y, indices)
            w1: float[8,4,3,3] = seed(1)
            b1: float[8] = seed(2)
            s: float[8] = seed(3)
            t: float[8] = seed(4)
            m: float[8] = seed(5)
            v: float[8] = seed(6)
            wd: float[8,1,3,3] = seed(7)
            wg: float[8,4,1,1] = seed(8)
            wt: float[8,2,2,2] = seed(9)
            slope: float[4,1,1] = seed(10)
            low: float[] = 0
            high: float[] = 6
            pads: int64[8] = [0, 2, 0, 0, 0, 2, 0, 0]
            zero: float[] = 0
            sizes: float[4] = [1, 1, 2, 2]
            starts: int64[2] = [0, 1]
            ends: int64[2] = [9223372036854775807, 5]
            axes: int64[2] = [2, 1]
            steps: int64[2] = [2, 1]
            wf: float[3,32] = seed(11)
            bf: float[3] = seed(12)
            c1 = Conv(x, w1, b1) {kernel_shape=[3,3], pads=[1,1,1,1], strides=[1,1], dilations=[1,1], group=1} as conv1
            n1 = BatchNormalization(c1, s, t, m, v) {epsilon=1.0E-5}
            a1 = Clip(n1, low, high)
            c2 = Conv(a1, wd) {pads=[1,1,1,1], group=8} as depthwise
            a2 = HardSwish(c2)
            c3 = Conv(a2, wg) {group=2} as grouped
            a3 = Add(c3, a1)
            r3 = LeakyRelu(a3) {alpha=0.1}
            p3 = MaxPool(r3) {kernel_shape=[2,2], strides=[2,2], pads=[0,0,0,0], ceil_mode=0}
            c4 = ConvTranspose(p3, wt) {group=2, strides=[2,2], output_padding=[0,0], pads=[0,0,0,0]} as up
            a4 = PRelu(c4, slope)
            d4 = Pad(a4, pads, zero) {mode="constant"}
            z4 = Resize(d4, "", sizes) {mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"}
            l4 = Slice(z4, starts, ends, axes, steps)
            q4, indices = MaxPool(l4) {kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1]}
            e4 = AveragePool(q4) {kernel_shape=[3,3], auto_pad="SAME_UPPER", strides=[1,2], count_include_pad=1}
            h4 = HardSigmoid(e4) {alpha=0.2, beta=0.5}
            j4 = Concat(h4, e4) {axis=1}
            g4 = GlobalAveragePool(j4)
            k4 = Concat(g4, g4, g4, g4) {axis=2}
            f4 = Flatten(k4) {axis=1}
            y = Gemm(f4, wf, bf) {transB=1, alpha=1.0, beta=1.0} as classifier
            """;

    private static final String ENCODER =
            """
            opset 17
            graph encoder (ids: int64[N,6], mask: int64[N,6]) -> (logits: float[N,3])
            words: float[20,8] = seed(1)
            places: float[6,8] = seed(2)
            wq: float[8,8] = seed(3)
            bq: float[8] = seed(4)
            wk: float[8,8] = seed(5)
            wv: float[8,8] = seed(6)
            wo: float[8,8] = seed(7)
            g: float[8] = seed(8)
            b: float[8] = seed(9)
            w1: float[8,16] = seed(10)
            b1: float[16] = seed(11)
            w2: float[16,8] = seed(12)
            wc: float[3,8] = seed(13)
            bc: float[3] = seed(14)
            heads: int64[4] = [0, 0, 2, 4]
            minus: int64[1] = [-1]
            one: int64[1] = [1]
            both: int64[2] = [1, 2]
            at0: int64[] = 0
            eight: int64[1] = [8]
            two: float[] = 2
            half: float[] = 0.5
            root: float[] = 1.41
            tiny: float[] = 1e-6
            masked: float[] = -10000
            unit: float[] = 1
            wide = Unsqueeze(mask, both)
            real = Cast(wide) {to=1}
            left = Sub(unit, real)
            bias = Mul(left, masked)
            e = Gather(words, ids)
            x = Add(e, places)
            n = LayerNormalization(x, g, b) {axis=-1, epsilon=1.0E-5}
            q0 = MatMul(n, wq) as q
            q1 = Add(bq, q0)
            k0 = MatMul(n, wk) as k
            v0 = MatMul(n, wv) as v
            q2 = Reshape(q1, heads)
            k2 = Reshape(k0, heads)
            v2 = Reshape(v0, heads)
            q = Transpose(q2) {perm=[0,2,1,3]}
            k = Transpose(k2) {perm=[0,2,3,1]}
            v = Transpose(v2) {perm=[0,2,1,3]}
            s0 = MatMul(q, k)
            s1 = Div(s0, two)
            s2 = Add(s1, bias)
            s3 = Softmax(s2) {axis=-1}
            c0 = MatMul(s3, v)
            c1 = Transpose(c0) {perm=[0,2,1,3]}
            shape = Shape(c1)
            rows = Gather(shape, at0) {axis=0}
            rows1 = Unsqueeze(rows, one0)
            one0: int64[1] = [0]
            target = Concat(rows1, six, eight) {axis=0}
            six: int64[1] = [6]
            c2 = Reshape(c1, target)
            o = MatMul(c2, wo) as out
            r = Add(o, x)
            m = ReduceMean(r) {axes=[-1], keepdims=1}
            d = Sub(r, m)
            d2 = Pow(d, two)
            va = ReduceMean(d2) {axes=[-1]}
            ve = Add(va, tiny)
            sd = Sqrt(ve)
            nd = Div(d, sd)
            f = MatMul(nd, w1) as first
            f1 = Add(f, b1)
            f2 = Div(f1, root)
            f3 = Erf(f2)
            f4 = Add(f3, unit)
            f5 = Mul(f1, f4)
            f6 = Mul(f5, half)
            f7 = MatMul(f6, w2) as second
            token = Gather(f7, at0) {axis=1}
            t = Tanh(token)
            logits = Gemm(t, wc, bc) {transB=1} as classifier
            """;

    private static final String INTEGERS =
            """
            opset 19
            opset com.microsoft 1
            graph integers (x: float[N,4,4,4], rows: float[N,8], ids: int64[N]) -> (y, z, u, t)
            s: float[] = 0.02
            o: uint8[] = 0
            w: int8[4,4,3,3] = seed(1)
            ws: float[4] = [0.01, 0.02, 0.03, 0.04]
            wz: int8[4] = [0, 0, 0, 0]
            b: int32[4] = [1, 2, 3, 4]
            bs: float[4] = [0.0002, 0.0004, 0.0006, 0.0008]
            w2: int8[4,2,1,1] = seed(2)
            wz2: int8[] = 0
            ws2: float[] = 0.01
            wm: int8[8,4] = seed(3)
            wmz: int8[] = 0
            packed: uint8[4,1,8] = seed(4)
            scales: float[4] = seed(5)
            table: uint8[6,4] = seed(6)
            tscales: float[6,1] = seed(7)
            axes: int64[2] = [2, 3]
            xq = QuantizeLinear(x, s, o)
            xd = DequantizeLinear(xq, s, o)
            wd = DequantizeLinear(w, ws, wz) {axis=0}
            bd = DequantizeLinear(b, bs) {axis=0}
            c = Conv(xd, wd, bd) {pads=[1,1,1,1]} as qdq
            r = Relu(c)
            cq = QuantizeLinear(r, s, o)
            l = QLinearConv(cq, s, o, w2, ws2, wz2, s, o) {group=2}
            a = com.microsoft::QLinearAdd(l, s, o, cq, s, o, s, o)
            j = com.microsoft::QLinearConcat(s, o, a, s, o, l, s, o) {axis=1}
            y = DequantizeLinear(j, s, o)
            h, hs, ho = DynamicQuantizeLinear(rows)
            i = MatMulInteger(h, wm, ho, wmz)
            f = Cast(i) {to=1}
            z = Mul(f, hs)
            u = com.microsoft::MatMulNBits(rows, packed, scales) {K=8, N=4, bits=4, block_size=16}
            t = com.microsoft::GatherBlockQuantized(table, ids, tscales) {block_size=16, gather_axis=0, quantize_axis=1, bits=4}
            """;

    private static final String SIZES =
            """
            opset 18
            graph sizes (x: float[N,6,4], n: int64[3]) -> (y, k, h, e)
            zero: int64[] = 0
            first: int64[1] = [0]
            second: int64[1] = [1]
            two: int64[1] = [2]
            seven: int64[3] = [7, 8, 9]
            parts: int64[2] = [2, 4]
            start: int64[] = 0
            limit: int64[] = 6
            delta: int64[] = 2
            filler: int64[2] = [2, 3]
            yes: bool[] = true
            shape = Shape(x)
            batch = Gather(shape, first) {axis=0}
            width = Slice(shape, second, two, first)
            double = Mul(width, two)
            halved = Div(double, two)
            k = Div(n, seven)
            one = Squeeze(batch, first)
            again = Unsqueeze(one, first)
            target = Concat(again, halved, four) {axis=0}
            four: int64[1] = [4]
            v = Reshape(x, target)
            p, q = Split(v, parts) {axis=1}
            range = Range(start, limit, delta)
            picked = Gather(v, range) {axis=1}
            filled = ConstantOfShape(filler) {value=tensor(float[1], [2])}
            wide = Expand(filled, three)
            three: int64[3] = [5, 2, 3]
            e = Transpose(wide) {perm=[2,0,1]}
            c = Constant() {value=tensor(float[2], [1, 2])}
            low = Less(one, limit)
            chosen = Where(low, p, p)
            same = Equal(one, limit)
            i = Identity(chosen)
            d, mask = Dropout(i)
            y = Concat(d, q, picked) {axis=1}
            m = ReduceMean(y, two) {keepdims=0}
            h = Flatten(m) {axis=2}
            """;

    private static final String CONTROL_FLOW =
            """
            graph (x: float[1,3,4,4], c: bool[]) -> (y)
            w: float[2,3,1,1] = seed(1)
            names: string[2] = ["a", "b"]
            q: int4[3] = [1, -2, 3]
            h = Conv(x, w) {pads=[0,0,0,0], auto_pad="NOTSET"} as conv
            y = If(c) {then_branch=graph t () -> (a: float[1,2,4,4]) {
              k: float[1] = [2]
              a = Mul(h, k)
            }, else_branch=graph e () -> (b) {
              b = If(c) {then_branch=graph t () -> (d) {
                d = Relu(h)
              }, else_branch=graph e () -> (d) {
                d = Constant() {value=tensor(float[1,2,1,1], [1, 2])}
              }}
            }}
            """;

    private MutantBases() {}

    /** The files of all of them. */
    static List<byte[]> files() {
        List<byte[]> files = new ArrayList<>();
        for (String text : List.of(IMAGE, ENCODER, INTEGERS, SIZES, CONTROL_FLOW)) {
            files.add(OnnxWriter.toBytes(GraphText.parse(text)));
        }
        for (long seed = 0; seed < 3; seed++) {
            files.add(OnnxWriter.toBytes(RandomGraphs.cnn(seed, 2)));
        }
        files.add(withFunctions());
        files.forEach(OnnxReader::read);
        return files;
    }

    /** A network of two calls of one function, which calls another and takes an attribute. */
    private static byte[] withFunctions() {
        ModelProto.Builder model;
        try {
            model =
                    ModelProto.parseFrom(
                            OnnxWriter.toBytes(
                                    GraphText.parse(
                                            """
                                                    opset my 1
                                                    graph g (x: float[N,4]) -> (y)
                                                    w: float[4,4] = seed(1)
                                                    b: float[4] = seed(2)
                                                    h = my::Layer(x, w) {slope=0.1}
                                                    m = Add(h, b)
                                                    y = my::Layer(m, w) {slope=0.2}
                                                    """)))
                            .toBuilder();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
        FunctionProto.Builder layer = function("Layer").addInput("w").addAttribute("slope");
        layer.addNode(node("MatMul", "", "p", "a", "w"));
        layer.addNode(
                node("Leak", "my", "b", "p")
                        .addAttribute(
                                AttributeProto.newBuilder()
                                        .setName("slope")
                                        .setRefAttrName("slope")
                                        .setType(AttributeType.FLOAT)));
        FunctionProto.Builder leak = function("Leak").addAttribute("slope");
        leak.addNode(
                node("LeakyRelu", "", "b", "a")
                        .addAttribute(
                                AttributeProto.newBuilder()
                                        .setName("alpha")
                                        .setRefAttrName("slope")
                                        .setType(AttributeType.FLOAT)));
        return model.addFunctions(layer)
                .addFunctions(leak)
                .addMetadataProps(
                        StringStringEntryProto.newBuilder().setKey("author").setValue("nobody"))
                .build()
                .toByteArray();
    }

    private static FunctionProto.Builder function(String name) {
        return FunctionProto.newBuilder()
                .setName(name)
                .setDomain("my")
                .addInput("a")
                .addOutput("b")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("my").setVersion(1));
    }

    private static NodeProto.Builder node(
            String type, String domain, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .setDomain(domain)
                .addAllInput(List.of(inputs))
                .addOutput(output);
    }
}
