package dev.espalier.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Example calls of operators, written at the test of the operator. What has to hold of every
 * operator is tested on them; see {@link OperatorExample}.
 *
 * <pre>
 *   &#64;OperatorExamples(
 *           given = "graph (x: float[2,3]) -&gt; (y)",
 *           calls = {"y = Relu(x)", "y = LeakyRelu(x) {alpha=0.2}"})
 *   class ReluTest {
 * </pre>
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(OperatorExamples.Several.class)
public @interface OperatorExamples {
    /**
     * What stands before each call, as {@link dev.espalier.core.ir.GraphText} has it: operator
     * sets, the graph with inputs of fixed shape, constants.
     */
    String given();

    /** Nodes of the operators shown, one a line; each makes a model of its own. */
    String[] calls();

    /** Why no gradient is compared with differences; empty where there is one. */
    String withoutSlope() default "";

    /**
     * Why sizes of the outputs stay open although all inputs are of fixed shape: they depend on
     * numbers that only a runtime computes. Empty where none does.
     */
    String openSizes() default "";

    /** More than one at a class. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Several {
        OperatorExamples[] value();
    }
}
