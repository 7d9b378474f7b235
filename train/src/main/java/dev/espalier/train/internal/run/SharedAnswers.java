package dev.espalier.train.internal.run;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What teachers answered, kept once for all trainings of this process that have the same teachers
 * and examples.
 */
public final class SharedAnswers {
    private final Map<Integer, TeacherAnswers> byPart = new HashMap<>();

    /**
     * The answers; asked for where nobody did before.
     *
     * @param part examples that were asked about at once, which the last bits depend on
     */
    TeacherAnswers get(int part, Supplier<TeacherAnswers> asking) {
        TeacherAnswers known = byPart.get(part);
        if (known == null) {
            known = asking.get();
            byPart.put(part, known);
        }
        return known;
    }
}
