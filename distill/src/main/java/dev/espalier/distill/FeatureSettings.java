package dev.espalier.distill;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Withers;
import dev.espalier.train.loss.FeatureMaps;
import java.util.ArrayList;
import java.util.List;

/**
 * Which values inside the networks are compared. Without names these are the ends of stages: each
 * of the student's with the teacher's value of the same name, as pruning leaves it, or else with
 * the teacher's end of a stage of the same resolution.
 *
 * @param weight of the term; 0 for none
 * @param values of the student
 * @param teacherValues of the first teacher, in the order of {@code values}; the same names where
 *     empty
 */
@Withers
public record FeatureSettings(
        @Option(value = "0", help = "Weight of this term of the loss", min = 0) double weight,
        @Option(value = "[]", help = "Values of the student; the ends of its stages where empty")
                List<String> values,
        @Option(
                        value = "[]",
                        help = "The teacher's values in that order; the same names where empty")
                List<String> teacherValues)
        implements FeatureSettingsBuilder.With {
    public FeatureSettings {
        values = List.copyOf(values);
        teacherValues = List.copyOf(teacherValues);
        if (!teacherValues.isEmpty() && teacherValues.size() != values.size()) {
            throw new InvalidOptionException(
                    "values and teacher-values pair up by place; found %s and %s"
                            .formatted(values.size(), teacherValues.size()));
        }
    }

    /**
     * The pairs, all of them of one resolution.
     *
     * @throws InvalidOptionException where a named value is not there or of another resolution
     * @throws UnsupportedModelException where none is named and no two stages fit
     */
    List<FeaturePair> pairs(FeatureMaps student, FeatureMaps teacher) {
        return values.isEmpty() ? ends(student, teacher) : named(student, teacher);
    }

    private List<FeaturePair> named(FeatureMaps student, FeatureMaps teacher) {
        List<FeaturePair> pairs = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            FeaturePair pair =
                    new FeaturePair(
                            values.get(i),
                            (teacherValues.isEmpty() ? values : teacherValues).get(i));
            Shape learned = student.require(pair.student(), "the network");
            Shape taught = teacher.require(pair.teacher(), "the teacher");
            if (!isSameResolution(learned, taught)) {
                throw new InvalidOptionException(
                        "the value '%s' is %s, the teacher's '%s' is %s; features are compared at one resolution"
                                .formatted(pair.student(), learned, pair.teacher(), taught));
            }
            pairs.add(pair);
        }
        return pairs;
    }

    private static List<FeaturePair> ends(FeatureMaps student, FeatureMaps teacher) {
        List<FeaturePair> pairs = new ArrayList<>();
        for (String end : student.stageEnds()) {
            Shape shape = student.require(end, "the network");
            if (teacher.contains(end)
                    && isSameResolution(shape, teacher.require(end, "the teacher"))) {
                pairs.add(new FeaturePair(end, end));
                continue;
            }
            teacher.stageEnds().stream()
                    .filter(other -> isSameResolution(shape, teacher.require(other, "the teacher")))
                    .findFirst()
                    .ifPresent(other -> pairs.add(new FeaturePair(end, other)));
        }
        if (pairs.isEmpty()) {
            throw new UnsupportedModelException(
                    "no stage of the network ends at a resolution of one of the teacher's; name"
                            + " values and teacher-values");
        }
        return pairs;
    }

    private static boolean isSameResolution(Shape a, Shape b) {
        return a.size(2) == b.size(2) && a.size(3) == b.size(3);
    }
}
