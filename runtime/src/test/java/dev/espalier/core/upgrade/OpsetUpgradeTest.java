package dev.espalier.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.Proof;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import dev.espalier.testkit.OnnxCases;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The upgraded model gives the same results in ONNX Runtime as the old one. */
class OpsetUpgradeTest {
    private static final OrtRunner RUNNER = new OrtRunner(SessionSettings.DEFAULT.withThreads(1));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    10 | Clip(x) {min=-0.5, max=0.5}
                    10 | Clip(x) {max=0.25}
                    10 | Pad(x) {mode="constant", pads=[0,1,0,0,0,0,2,0], value=1.5}
                    10 | Pad(x) {mode="reflect", pads=[0,0,1,0,0,0,1,0]}
                    9  | Slice(x) {starts=[1,0], ends=[3,2], axes=[2,3]}
                    9  | Slice(x) {starts=[0,1], ends=[1,3]}
                    12 | Unsqueeze(x) {axes=[0,3]}
                    12 | Squeeze(x) {axes=[0]}
                    12 | ReduceSum(x) {axes=[1,2], keepdims=0}
                    12 | ReduceSum(x)
                    12 | Softmax(x) {axis=3}
                    11 | LogSoftmax(x) {axis=-1}
                    12 | Dropout(x)
                    10 | Dropout(x) {ratio=0.25}
                    9  | MaxPool(x) {kernel_shape=[2,2]}
                    9  | ReduceMean(x) {axes=[2,3]}
                    7  | MaxPool(x) {kernel_shape=[2,2], strides=[2,2]}
                    7  | AveragePool(x) {kernel_shape=[3,3], pads=[1,1,1,1], count_include_pad=1}
                    7  | BatchNormalization(x, c, c, c, c) {epsilon=0.01}
                    8  | BatchNormalization(x, c, c, c, c) {spatial=1}
                    7  | Clip(x) {min=-0.5, max=0.5}
                    8  | Pad(x) {mode="edge", pads=[0,0,1,0,0,0,1,0]}
                    7  | Flatten(x) {axis=2}
                    7  | Gemm(m, m, m)
                    8  | Cast(x) {to=6}
                    7  | Sum(x, x, x)
                    8  | Max(x, c1)
                    7  | Upsample(x) {scales=[1.0,1.0,2.0,2.0]}
                    8  | Upsample(x) {mode="nearest", scales=[1.0,1.0,3.0,1.5]}
                    8  | Upsample(x) {mode="linear", scales=[1.0,1.0,2.0,1.5]}
                    9  | Upsample(x, s)
                    9  | Upsample(x, s) {mode="linear"}
                    10 | Resize(x, s)
                    10 | Resize(x, s) {mode="linear"}
                    10 | Resize(x, half)
                    10 | Resize(x, third)
                    10 | Resize(x, third) {mode="linear"}
                    10 | Resize(x, both)
                    11 | Resize(x, none, s)
                    11 | Resize(x, none, both) {mode="linear", coordinate_transformation_mode="align_corners"}
                    11 | Resize(x, none, s) {mode="nearest", nearest_mode="round_prefer_ceil", coordinate_transformation_mode="half_pixel"}
                    12 | Resize(x, none, third) {mode="cubic", cubic_coeff_a=-0.5, exclude_outside=1}
                    11 | Resize(x, none, none, sizes) {mode="linear", coordinate_transformation_mode="pytorch_half_pixel"}
                    11 | Resize(x, none, s) {mode="nearest", nearest_mode="floor", coordinate_transformation_mode="tf_half_pixel_for_nn"}
                    7  | Softmax(x)
                    11 | Softmax(x) {axis=1}
                    12 | Softmax(x) {axis=-3}
                    9  | LogSoftmax(x) {axis=2}
                    11 | Hardmax(x) {axis=1}
                    8  | Softmax(x) {axis=0}
                    7  | Softmax(m)
                    7  | Dropout(x) {ratio=0.25}
                    11 | Round(x)
                    11 | CumSum(x, one)
                    12 | Einsum(x) {equation="abcd->acbd"}
                    9  | Where(t, x, x)
                    8  | DepthToSpace(q) {blocksize=2}
                    9  | OneHot(i, depth, values)
                    7  | LSTM(l, lw, lr) {hidden_size=2}
                    """)
    void givesTheSameResult(long opset, String call) {
        Model old = Upgraded.model(opset, call);
        Model upgraded = OpsetUpgrade.toPerChannel(old);

        assertThat(upgraded.opset()).isEqualTo(13);
        assertThat(upgraded.irVersion()).isGreaterThanOrEqualTo(7);
        assertThat(upgraded.graph().nodes()).noneMatch(node -> node.is("Upsample"));
        assertThat(Upgraded.run(upgraded)).isEqualTo(Upgraded.run(old));
    }

    private static Model calling(String bodyOpset, String body) {
        return GraphText.parse(
                """
                opset 12
                opset my 1
                function my::f {axes=[2]} (a) -> (b) {
                  %s
                  b = %s
                }
                graph (x: float[1,3,4,4]) -> (y)
                y = my::f(x)
                """
                        .formatted(bodyOpset, body));
    }

    @Test
    void functionsMoveAlong() {
        Model old = calling("opset 12", "Elu(a)");
        Model upgraded = OpsetUpgrade.toPerChannel(old);

        assertThat(upgraded.functions().values())
                .extracting(function -> function.opsets().get(""))
                .containsExactly(13L);
        assertThat(Upgraded.run(upgraded)).isEqualTo(Upgraded.run(old));
        Model newer = calling("opset 13", "Elu(a)");
        assertThat(OpsetUpgrade.toPerChannel(newer).functions()).isEqualTo(newer.functions());
        Model foreign = calling("opset other 1", "other::Elu(a)");
        assertThat(OpsetUpgrade.toPerChannel(foreign).functions()).isEqualTo(foreign.functions());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Softmax(a)            | Softmax 'b' in function 'my::f' may have to be written
                    ReduceSum(a)          | ReduceSum 'b' in function 'my::f' may have to be written
                    Unsqueeze(a) {axes=@axes:ints} | Unsqueeze 'b' in function 'my::f'
                    """)
    void functionsThatWouldMeanSomethingElseAreRefused(String body, String message) {
        assertThatThrownBy(() -> OpsetUpgrade.toPerChannel(calling("opset 12", body)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }

    @Test
    void splitKeepsItsSizes() {
        Model old =
                GraphText.parse(
                        """
                        opset 11
                        graph (x: float[1,3,4,4]) -> (y)
                        y, z = Split(x) {axis=1, split=[1,2]}
                        """);

        assertThat(Upgraded.run(OpsetUpgrade.toPerChannel(old))).isEqualTo(Upgraded.run(old));
    }

    /** Each graph reads x [1, 3, 4, 4] and gives y. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "opset 9\ngraph (x: float[1,3,4,4]) -> (y)\n"
                        + "v, i = TopK(x) {axis=3, k=2}\nf = Cast(i) {to=1}\ny = Add(v, f)\n",
                "opset 10\ngraph (x: float[1,3,4,4]) -> (y)\nk: int64[1] = [3]\n"
                        + "y, i = TopK(x, k) {axis=1}\n",
                "opset 7\ngraph (x: float[1,3,4,4]) -> (y)\n"
                        + "d, m = Dropout(x) {ratio=0.5}\ny = Add(d, m)\n",
                "opset 10\ngraph (x: float[1,3,4,4]) -> (y)\n"
                        + "d, m = Dropout(x)\nf = Cast(m) {to=1}\ny = Add(d, f)\n",
                "opset 12\ngraph (x: float[1,3,4,4]) -> (y)\n"
                        + "d, m = Dropout(x) {seed=3}\nf = Cast(m) {to=1}\ny = Add(d, f)\n",
                "opset 9\ngraph (x: float[1,3,4,4]) -> (y)\ny, m = Dropout(x)\n",
                "opset 8\ngraph (x: float[1,3,4,4]) -> (y)\nc: float[3,4,4] = seed(1)\n"
                        + "y = BatchNormalization(x, c, c, c, c) {spatial=0, epsilon=0.01}\n",
                "opset 9\ngraph (x: float[1,3,4,4]) -> (y)\ni: int64[1,1,1,2] = [2,0]\n"
                        + "u: float[1,1,1,2] = [7,8]\ny = Scatter(x, i, u) {axis=3}\n",
                "opset 10\ngraph (x: float[1,3,4,4]) -> (y)\nc: float[4] = [1,1,4.2,0.6]\n"
                        + "a = Relu(c)\nm = ReduceMax(x)\nz = Sub(m, m)\nb = Add(a, z)\n"
                        + "y = Resize(x, b)\n",
                "opset 9\ngraph (x: float[1,3,4,4]) -> (y)\ns = Shape(x)\n"
                        + "c = Cast(s) {to=1}\nd = Div(c, c)\nt: float[4] = [1,1,2,2]\n"
                        + "e = Mul(d, t)\ny = Upsample(x, e)\n",
                "opset 10\ngraph (x: float[1,3,4,4]) -> (y)\nh = Cast(x) {to=11}\n"
                        + "p = Pad(h) {pads=[0,0,1,0,0,0,0,1], value=2.5}\ny = Cast(p) {to=1}\n"
            })
    void givesTheSameResultWithMoreThanOneNode(String text) {
        Model old = GraphText.parse(text);
        Model upgraded = OpsetUpgrade.toPerChannel(old);

        assertThat(upgraded.opset()).isEqualTo(13);
        Tensor expected = Upgraded.run(old);
        assertThat(Upgraded.run(upgraded).shape()).isEqualTo(expected.shape());
        assertThat(Upgraded.run(upgraded).toFloats())
                .containsExactly(expected.toFloats(), within(1e-6f));
    }

    /** The runtime may compute either of the two in float32. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "opset 11\ngraph (x: float[1,3,4,4]) -> (y)\nh = Cast(x) {to=10}\n"
                        + "p = Softmax(h) {axis=2}\ny = Cast(p) {to=1}\n",
                "opset 10\ngraph (x: float[1,3,4,4]) -> (y)\nh = Cast(x) {to=10}\n"
                        + "p = Clip(h) {min=-0.25, max=0.5}\ny = Cast(p) {to=1}\n"
            })
    void boundsAreOfTheTypeOfTheData(String text) {
        Model old = GraphText.parse(text);
        Model upgraded = OpsetUpgrade.toPerChannel(old);

        assertThat(Upgraded.run(upgraded).toFloats())
                .containsExactly(Upgraded.run(old).toFloats(), within(5e-4f));
    }

    static List<OnnxCases.Case> oldCases() {
        assumeTrue(OnnxCases.isInstalled(), OnnxCases.ABSENT);
        return OnnxCases.known().stream()
                .filter(one -> one.model().opset() < 13 && one.inputs().stream().allMatch(CAN_FEED))
                .toList();
    }

    private static final Predicate<Tensor> CAN_FEED =
            tensor ->
                    Set.of(
                                    DataType.FLOAT,
                                    DataType.DOUBLE,
                                    DataType.INT32,
                                    DataType.INT64,
                                    DataType.BOOL)
                            .contains(tensor.dataType());

    /** ONNX's own cases of sets 9 to 12, as Debian's libonnx-testdata has them. */
    @Test
    void onnxsOwnCasesGiveTheSameResult() {
        int run = 0;
        for (OnnxCases.Case one : oldCases()) {
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            List<Value> feeds = one.model().graph().feeds();
            for (int i = 0; i < feeds.size(); i++) {
                inputs.put(feeds.get(i).name(), one.inputs().get(i));
            }
            Map<String, Tensor> expected;
            try (var session = RUNNER.open(one.model())) {
                expected = session.run(inputs);
            } catch (UnsupportedModelException e) {
                continue; // What the runtime cannot run at all says nothing.
            }
            try (var session = RUNNER.open(OpsetUpgrade.toPerChannel(one.model()))) {
                Map<String, Tensor> found = session.run(inputs);
                assertThat(found.keySet()).isEqualTo(expected.keySet());
                expected.forEach(
                        (name, tensor) ->
                                assertThat(Proof.difference(tensor, found.get(name)))
                                        .as("%s of %s", name, one.name())
                                        .isLessThanOrEqualTo(1e-6));
            }
            run++;
        }
        assertThat(run).isGreaterThan(50);
    }

    @Test
    void sizesAreKeptWhereTheBatchIsOpen() {
        Model old =
                GraphText.parse(
                        "opset 11\ngraph (x: float[N,3,4,4]) -> (y)\ny = Softmax(x) {axis=1}\n");
        Model upgraded = OpsetUpgrade.toPerChannel(old);

        assertThat(upgraded.graph().nodes())
                .extracting(Node::opType)
                .containsExactly("Flatten", "Softmax", "Reshape");
        assertThat(upgraded.graph().initializers().get("y_shape").tensor().toLongs())
                .containsExactly(-1, 3, 4, 4);
        assertThat(Upgraded.run(upgraded)).isEqualTo(Upgraded.run(old));
    }

    @Test
    void anAxisWithNothingButOnesBehindStaysWhereItIs() {
        Model upgraded =
                OpsetUpgrade.toPerChannel(
                        GraphText.parse(
                                "opset 11\ngraph (x: float[N,10,1,1]) -> (y)\ny = Softmax(x)\n"));

        assertThat(GraphText.print(upgraded)).contains("y = Softmax(x) {axis=1}");
    }

    /** A name that the sub-graph's constant would get is one of the graph around it. */
    @Test
    void subGraphsMoveAlong() {
        Model old =
                GraphText.parse(
                        """
                        opset 11
                        graph (x: float[1,3,4,4]) -> (y)
                        a_axes: float[1] = [2]
                        yes: bool[] = 1
                        m = ReduceMax(x) {keepdims=0}
                        z: float[] = 0
                        c = Greater(m, z)
                        r = If(c) {then_branch=graph inner () -> (b) {
                            a = Unsqueeze(x) {axes=[0]}
                            d = Squeeze(a) {axes=[0]}
                            e = If(yes) {then_branch=graph inner () -> (f) {
                                f = Softmax(d) {axis=1}
                              }, else_branch=graph other () -> (g) {
                                g = Identity(d)
                              }}
                            b = Mul(e, a_axes)
                          }, else_branch=graph other () -> (h) {
                            h = Neg(x)
                          }}
                        y = Relu(r)
                        """);
        Model upgraded = OpsetUpgrade.toPerChannel(old);

        assertThat(GraphText.print(upgraded)).contains("a_axes_1: int64[1] = [0]");
        assertThat(Upgraded.run(upgraded)).isEqualTo(Upgraded.run(old));
    }

    @Test
    void loopsMoveAlong() {
        Model old =
                GraphText.parse(
                        """
                        opset 8
                        graph (x: float[1,3,4,4]) -> (y)
                        trips: int64[] = 3
                        yes: bool[] = 1
                        y = Loop(trips, yes, x) {body=graph inner (i: int64[], on: bool[], v: float[1,3,4,4]) -> (go, w) {
                            go = Identity(on)
                            s, t = Split(v) {axis=3, split=[1,3]}
                            w = Concat(t, s) {axis=3}
                          }}
                        """);
        Model upgraded = OpsetUpgrade.toPerChannel(old);

        assertThat(Upgraded.run(upgraded)).isEqualTo(Upgraded.run(old));
        assertThat(Upgraded.run(OpsetUpgrade.toFourBits(upgraded))).isEqualTo(Upgraded.run(old));
    }

    @Test
    void whatASubGraphHoldsIsRefusedByName() {
        Model old =
                GraphText.parse(
                        """
                        opset 8
                        graph (x: float[1,3,4,4], c: bool[]) -> (y)
                        y = If(c) {then_branch=graph inner () -> (b) {
                            b = Unheard(x)
                          }, else_branch=graph other () -> (h) {
                            h = Neg(x)
                          }}
                        """);

        Upgraded.assertRefused(() -> OpsetUpgrade.toPerChannel(old), "Unheard 'b'", 13);
    }

    @Test
    void aNewModelIsReturnedItself() {
        Model model = GraphText.parse("opset 13\ngraph (x: float[1]) -> (y)\ny = Relu(x)\n");

        assertThat(OpsetUpgrade.toPerChannel(model)).isSameAs(model);
        Model newer = GraphText.parse("opset 21\ngraph (x: float[1]) -> (y)\ny = Relu(x)\n");
        assertThat(OpsetUpgrade.toFourBits(newer)).isSameAs(newer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    12 | Unheard(x)          | Unheard
                    10 | Upsample(x, s)      | Upsample 'it' is of operator set 9
                    8  | Scan("", x, x) {num_scan_inputs=2} | Scan 'it' has a batch of its own
                    6  | Relu(x)             | what operators mean before set 7 is not known
                    """)
    void refusesWhatMayMeanSomethingElse(long opset, String call, String reason) {
        Upgraded.assertRefused(
                () -> OpsetUpgrade.toPerChannel(Upgraded.model(opset, call)), reason, 13);
    }
}
