package dev.espalier.core.recipe;

import dev.espalier.core.pass.FormerOption;
import dev.espalier.core.pass.FormerValues;
import java.util.Arrays;
import java.util.Optional;

/** What keys and values of earlier versions mean today. */
final class FormerNames {
    private FormerNames() {}

    /** What to write in place of {@code key}, if {@code type} once had it. */
    static Optional<String> instead(Class<?> type, String key) {
        return Arrays.stream(type.getAnnotationsByType(FormerOption.class))
                .filter(former -> former.key().equals(key))
                .map(FormerOption::instead)
                .findFirst();
    }

    /** Whether {@code text} once stood for {@code constant}. */
    static boolean isOf(Enum<?> constant, String text) {
        try {
            FormerValues former =
                    constant.getDeclaringClass()
                            .getField(constant.name())
                            .getAnnotation(FormerValues.class);
            return former != null && Arrays.asList(former.value()).contains(text);
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("every constant is a field", e);
        }
    }
}
