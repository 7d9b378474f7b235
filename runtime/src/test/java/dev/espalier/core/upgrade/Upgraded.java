package dev.espalier.core.upgrade;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Models of one call, run before and after an upgrade. */
final class Upgraded {
    private Upgraded() {}

    static void assertRefused(ThrowingCallable upgrade, String reason, int target) {
        assertThatThrownBy(upgrade)
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(reason)
                .hasMessageContaining("export it again with opset " + target);
    }

    /** A model of one call on [1, 3, 4, 4] and constants. */
    static Model model(long opset, String call) {
        return GraphText.parse(
                """
                opset %d
                graph (x: float[1,3,4,4]) -> (y)
                s: float[4] = [1,1,2,2]
                p: float[1,2,2,2] = seed(1)
                g: float[1] = [1]
                c: float[3] = seed(2)
                c1: float[3,1,1] = seed(3)
                m: float[4,4] = seed(4)
                q: float[1,4,2,3] = seed(5)
                l: float[3,1,2] = seed(6)
                lw: float[1,8,2] = seed(7)
                lr: float[1,8,2] = seed(8)
                i: int64[4] = [1, 0, 2, 5]
                depth: int64[] = 3
                values: float[2] = [0, 1]
                t: bool[4] = [1, 0, 1, 1]
                one: int64[] = 1
                half: float[4] = [1,1,0.5,0.5]
                third: float[4] = [1,1,0.75,0.4]
                both: float[4] = [1,1,2,0.5]
                none: float[0] = []
                sizes: int64[4] = [1,3,7,3]
                y = %s as it
                """
                        .formatted(opset, call));
    }

    static Tensor run(Model model) {
        float[] x = new float[48];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(i);
        }
        Tensor input = Tensor.ofFloats(Shape.of(1, 3, 4, 4), x);
        try (var session = new OrtRunner(SessionSettings.DEFAULT.withThreads(1)).open(model)) {
            return session.run(Map.of("x", input)).get("y");
        }
    }
}
