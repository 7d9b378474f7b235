package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Value;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputShapesTest {
    private static List<Value> feeds(String inputs) {
        return GraphText.parse("graph (" + inputs + ") -> (x)\n").graph().feeds();
    }

    private static List<Shape> bound(InputShapes shapes, String inputs) {
        List<Value> feeds = feeds(inputs);
        return feeds.stream().map(feed -> shapes.bind(feeds, feed).shape()).toList();
    }

    @Test
    void theBatchIsTheSameOnEveryAxis() {
        assertThat(
                        bound(
                                InputShapes.ofBatch(3),
                                "x: float[batch,576], state: float[2,batch,128], sr: int64[]"))
                .containsExactly(Shape.of(3, 576), Shape.of(2, 3, 128), Shape.SCALAR);
    }

    /** The input that is listed first need not be the one whose first dimension is open. */
    @Test
    void theBatchIsThatOfTheFirstInputWithAnOpenFirstDimension() {
        assertThat(bound(InputShapes.ofBatch(4), "h: float[1,N,8], x: float[N,5], m: float[M,2]"))
                .containsExactly(Shape.of(1, 4, 8), Shape.of(4, 5), Shape.of(4, 2));
    }

    @Test
    void aSizeThatTheUserGaveHoldsForItsNameEverywhere() {
        InputShapes shapes = new InputShapes(2, Map.of("x", Shape.of(1, 7)));

        assertThat(bound(shapes, "x: int64[N,seq], mask: float[N,1,seq,seq], at: float[seq]"))
                .containsExactly(Shape.of(2, 7), Shape.of(2, 1, 7, 7), Shape.of(7));
    }

    @Test
    void theBatchOfAGivenShapeFollowsOnEveryAxis() {
        InputShapes shapes = new InputShapes(5, Map.of("state", Shape.of(2, 1, 128)));

        assertThat(bound(shapes, "x: float[N,4], state: float[2,N,128]"))
                .containsExactly(Shape.of(5, 4), Shape.of(2, 5, 128));
    }

    @Test
    void anInputOnItsOwnHasItsOwnBatch() {
        Value pairs = feeds("x: float[N,N,2]").get(0);

        assertThat(InputShapes.ofBatch(3).bind(pairs).shape()).isEqualTo(Shape.of(3, 3, 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    x: float[N,h]                        | x
                    x: float[N,4], s: float[2,M,4]       | s
                    x: float['?',4], s: float[2,'?',4]   | s
                    x: float[3,4], s: float[2,N,4]       | s
                    """)
    void whatHasAnotherNameStaysOpen(String inputs, String refused) {
        List<Value> feeds = feeds(inputs.replace("'", ""));
        Value input = feeds.stream().filter(feed -> feed.name().equals(refused)).findFirst().get();

        assertThatThrownBy(() -> InputShapes.ofBatch(2).bind(feeds, input))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("input '" + refused + "' has the open shape");
    }

    @Test
    void randomInputsAndInferredShapesAgree() {
        Model model =
                GraphText.parse("graph (x: float[N,4], s: float[2,N,4]) -> (y)\ny = Add(x, s)\n");
        InputShapes shapes = InputShapes.ofBatch(3);

        assertThat(shapes.random(model, new SplittableRandom(1)).get("s").shape())
                .isEqualTo(Shape.of(2, 3, 4));
        assertThat(ShapeInference.of(model, shapes).shape("y")).isEqualTo(Shape.of(2, 3, 4));
    }

    @Test
    void theNameOfTheBatchIsTold() {
        assertThat(InputShapes.batchName(feeds("h: float[1,N,8], x: float[N,5]"))).hasValue("N");
        assertThat(InputShapes.batchName(feeds("x: float[2,N]"))).isEmpty();
        assertThat(InputShapes.batchName(feeds("x: float[?,5], y: float[N,5]"))).isEmpty();
    }
}
