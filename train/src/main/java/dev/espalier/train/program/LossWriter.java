package dev.espalier.train.program;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.function.UnaryOperator;

/**
 * What an {@link Objective} writes its loss with: TorchScript statements that read the values of
 * the trained network, those of its teachers, and the labels. Values are float32 whatever type
 * activations have.
 */
public interface LossWriter {
    /** The network that is trained, as its training began. */
    Model network();

    /** The variable of a value of the trained network, an output or any other. */
    String value(String value);

    /** The shape of a value of the trained network, the batch included. */
    Shape shape(String value);

    /** Number of teachers. */
    int teachers();

    /** A teacher, by its place among {@link Objective#teachers}. */
    Model teacherNetwork(int teacher);

    /** The variable of a value of a teacher, without gradient. */
    String teacher(int teacher, String value);

    /** The shape of a value of a teacher, the batch included. */
    Shape teacherShape(int teacher, String value);

    /**
     * A part of the loss that depends on labels.
     *
     * @param loss expression of the loss, averaged over the batch, for the variable of its labels,
     *     of the type that {@link LossTerm#truth} asks for; may be asked more than once, where
     *     examples are mixed
     */
    String labelled(UnaryOperator<String> loss);

    /** Assigns to a fresh local variable and returns its name. */
    String let(String expression);

    /**
     * The variable of a weight that is trained with the network and thrown away afterwards, such as
     * the regressor between features of two widths.
     *
     * @param name unique among the weights of this loss
     * @param start float32
     */
    String weight(String name, Tensor start);

    /** The variable of the trained network's first output, class scores [N, K] of a classifier. */
    default String scores() {
        return value(network().graph().outputs().get(0).name());
    }

    /** The variable of a teacher's first output. */
    String scores(int teacher);
}
