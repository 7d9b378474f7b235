package dev.espalier.core.pass;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a record component as an option of a pass. Its recipe key is the component's name in
 * kebab-case; recipes, schema, catalogue and report are derived from this. Component types: {@code
 * int}, {@code long}, {@code double}, {@code boolean}, {@link String}, enums (written in
 * kebab-case), lists of strings, {@code Optional} of these, and records of such components.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Option {
    /** The default as it would stand in a recipe; empty for a nested record, which has its own. */
    String value() default "";

    /** What stands in a recipe for an empty {@code Optional}, such as {@code auto}. */
    String absent() default "null";

    /** One sentence for users, with the unit. */
    String help();

    /** Least allowed number. */
    double min() default Double.NEGATIVE_INFINITY;

    /** Greatest allowed number. */
    double max() default Double.POSITIVE_INFINITY;
}
