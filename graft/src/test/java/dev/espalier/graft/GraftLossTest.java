package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.train.loss.LossSettings;
import dev.espalier.train.program.Truth;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraftLossTest {
    private static final GraftLoss DEFAULTS = Options.defaults(GraftLoss.class);

    private static Model scores(int classes) {
        return GraphText.parse(
                """
                graph (x: float[N,2]) -> (y: float[N,%1$d])
                w: float[%1$d,2] = seed(1)
                y = Gemm(x, w) {transB=1}
                """
                        .formatted(classes));
    }

    @Test
    void withoutATeacherItIsThatOfTheLabels() {
        Model model = scores(3);
        PassContext context = PassContext.of(scores(4));
        assertThat(DEFAULTS.objective(model, context))
                .isEqualTo(Options.defaults(LossSettings.class).objective(model, context));
    }

    @Test
    void theTeacherIsTheOriginalNetwork() {
        PassContext context = PassContext.of(scores(3));
        assertThat(DEFAULTS.withTeacher(0.9).objective(scores(3), context).teachers())
                .isEqualTo(List.of(context.original()));
        assertThat(DEFAULTS.withTeacher(0.9).objective(scores(3), context).truth())
                .isEqualTo(Truth.CLASSES);
        assertThat(DEFAULTS.withTeacher(1).objective(scores(3), context).truth())
                .isEqualTo(Truth.NONE);
    }

    @Test
    void refusesATeacherOfOtherClasses() {
        assertThatThrownBy(
                        () ->
                                DEFAULTS.withTeacher(0.5)
                                        .objective(scores(3), PassContext.of(scores(4))))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("found [1,3] here and [1,4] of the original network");
    }

    @Test
    void refusesATeacherOfNumbers() {
        LossSettings numbers = Options.defaults(LossSettings.class).withKind(LossSettings.Kind.MSE);
        assertThatThrownBy(() -> DEFAULTS.withLabels(numbers).withTeacher(0.5))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("the kind of labels is mse");
    }
}
