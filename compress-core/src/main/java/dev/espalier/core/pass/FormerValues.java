package dev.espalier.core.pass;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares how recipes of earlier versions wrote an enum constant. They still mean the constant;
 * catalogue, schema and hints do not list them.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface FormerValues {
    /** As recipes wrote them: kebab-case. */
    String[] value();
}
