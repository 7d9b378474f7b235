package dev.espalier.core.pass;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What the catalogue says of a {@link Pass}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface PassInfo {
    /** Kebab-case name used in recipes, on the command line and in reports. */
    String id();

    /** One sentence: what it does for the user. */
    String summary();

    /** Where the technique comes from, or empty. */
    String paper() default "";
}
