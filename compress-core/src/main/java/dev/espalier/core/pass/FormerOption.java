package dev.espalier.core.pass;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a key that recipes of earlier versions gave to a record of options and that is gone. A
 * recipe that has it is refused with a sentence on what to write now; catalogue, schema and hints
 * do not list it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(FormerOption.All.class)
public @interface FormerOption {
    /** The key as recipes wrote it. */
    String key();

    /** What to write now, such as {@code "write 'far-ranges'"}; ends a sentence. */
    String instead();

    /** Holds several of them. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {
        /** In any order. */
        FormerOption[] value();
    }
}
