package dev.espalier.core.pass;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Has the compiler write a {@code withX} for every option x of a record, so that callers name the
 * options that they change and a new one breaks none of them. The record takes them in by an
 * interface:
 *
 * <pre>
 *   &#64;Withers
 *   public record KeepFloat(...) implements KeepFloatBuilder.With { ... }
 * </pre>
 *
 * <p>One inside another class has that one's name before its own: {@code
 * DataOptionsValidationBuilder.With}. What a record is changed from is {@code Options.defaults}.
 */
@RecordBuilder.Template(
        options =
                @RecordBuilder.Options(
                        // Not the defaults of the options: a name nobody takes for them.
                        builderMethodName = "zeros",
                        addStaticBuilder = false,
                        enableGetters = false,
                        inheritComponentAnnotations = false,
                        fileComment = ""))
@Retention(RetentionPolicy.SOURCE)
@Target(ElementType.TYPE)
public @interface Withers {}
