package dev.espalier.distill;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Finds the networks that teach, and refuses those that a student cannot learn from. */
final class Teachers {
    /** How a recipe calls the network that it began with. */
    static final String ORIGINAL = "original";

    /** Any batch but 1, which would hide a batch that a file has fixed. */
    private static final int BATCH = 2;

    private final Model student;
    private final DistillationLoss loss;
    private final PassContext context;
    private final InputShapes shapes;

    Teachers(Model student, DistillationLoss loss, PassContext context) {
        this.student = student;
        this.loss = loss;
        this.context = context;
        this.shapes = context.inputShapes().withBatch(BATCH);
    }

    /**
     * @param names files, or {@link #ORIGINAL}
     * @throws UnsupportedModelException where student and teacher do not fit each other or the loss
     */
    List<Model> named(List<String> names) {
        if (loss.needsClasses()) {
            requireClasses();
        }
        List<Model> teachers = new ArrayList<>();
        for (String name : names) {
            boolean original = name.equals(ORIGINAL);
            Model teacher = original ? context.original() : context.model(name);
            String label = original ? "the original network" : "the teacher " + name;
            requireSameInputs(teacher, label, original);
            if (loss.readsScores()) {
                requireSameOutputs(teacher, label);
            }
            teachers.add(teacher);
        }
        return teachers;
    }

    private void requireClasses() {
        Shape scores = output(student, 0);
        if (scores.rank() != 2 || !scores.isFixed() || scores.size(1) < 2) {
            throw new UnsupportedModelException(
                    "labels, kl, dkd and auxiliary need class scores [N, K] as the first output; '%s' is %s, which scores alone can teach"
                            .formatted(student.graph().outputs().get(0).name(), scores));
        }
    }

    private void requireSameInputs(Model teacher, String label, boolean byName) {
        List<Value> wanted = student.graph().feeds();
        List<Value> found = teacher.graph().feeds();
        // Two exports of one task often call their only input differently.
        boolean mayDiffer = !byName && wanted.size() == 1 && found.size() == 1;
        if (!mayDiffer && !names(wanted).equals(names(found))) {
            throw new UnsupportedModelException(
                    "%s has the inputs %s, this one %s; a teacher reads what its student reads"
                            .formatted(label, names(found), names(wanted)));
        }
        for (int i = 0; i < wanted.size(); i++) {
            TensorType learned = shapes.bind(wanted, wanted.get(i));
            TensorType taught = shapes.bind(found, found.get(i));
            if (!learned.equals(taught)) {
                throw new UnsupportedModelException(
                        "%s takes %s as '%s', this one %s at a batch of %s; a teacher reads what its student reads"
                                .formatted(label, taught, found.get(i).name(), learned, BATCH));
            }
        }
    }

    private void requireSameOutputs(Model teacher, String label) {
        int outputs = teacher.graph().outputs().size();
        IntStream places = loss.scores() > 0 ? RawScores.places(student) : IntStream.of(0);
        places.forEach(
                place -> {
                    Shape learned = output(student, place);
                    Shape taught = place < outputs ? output(teacher, place) : Shape.UNRANKED;
                    if (!learned.isFixed() || !learned.equals(taught)) {
                        throw new UnsupportedModelException(
                                "%s has %s as output %s, this one %s; both must score the same classes"
                                        .formatted(
                                                label,
                                                place < outputs ? taught : "nothing",
                                                place + 1,
                                                learned));
                    }
                });
    }

    private Shape output(Model model, int place) {
        return ShapeInference.of(model, shapes).shape(model.graph().outputs().get(place).name());
    }

    private static List<String> names(List<Value> values) {
        return values.stream().map(Value::name).toList();
    }
}
