package dev.espalier.train.program;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.internal.torch.TorchModule;
import dev.espalier.train.regime.MixingSettings;
import dev.espalier.train.regime.Regime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Writes the trained network, its teachers and the loss, each as far as the loss asks for it. The
 * teachers' statements come first, before gradients are switched on.
 */
final class TrainingLoss implements LossWriter {
    /** Names of the arguments that hold what teachers answered, with a number behind. */
    private static final String ANSWER = "answer";

    private record Network(Model model, ShapeInference shapes, NetworkWriter writer) {}

    private final Network trained;
    private final List<Network> teachers = new ArrayList<>();
    private final ProgramTensors programTensors;
    private final boolean answered;
    private final List<String> asked = new ArrayList<>();
    private long sizes;
    private final boolean reduced;
    private final Optional<MixtureWriter> mixture;
    private final List<String> statements = new ArrayList<>();
    private final Map<String, String> variables = new HashMap<>();
    private final String loss;

    /**
     * @param answered whether what the loss asks teachers is an argument of the part, and the
     *     teachers are not written
     */
    TrainingLoss(
            Model model,
            InputShapes shapes,
            Objective objective,
            Regime regime,
            ProgramTensors programTensors,
            boolean answered) {
        this.programTensors = programTensors;
        this.answered = answered;
        this.reduced = regime.program().precision().isReduced();
        MixingSettings mixing = regime.augmentation().mixing();
        this.mixture =
                mixing.isOn()
                        ? Optional.of(new MixtureWriter(mixing, Mixtures.inputs(model, shapes)))
                        : Optional.empty();
        this.trained = network(model, shapes, NetworkWriter.Use.TRAIN, "v");
        for (Model teacher : objective.teachers()) {
            String prefix = "t" + teachers.size() + "_";
            teachers.add(network(teacher, shapes, NetworkWriter.Use.TEACH, prefix));
        }
        this.loss = objective.write(this);
    }

    private Network network(Model model, InputShapes shapes, NetworkWriter.Use use, String prefix) {
        ShapeInference types = ShapeInference.of(model, shapes);
        return new Network(
                model,
                types,
                new NetworkWriter(
                        model,
                        types,
                        use,
                        reduced,
                        TorchModule.channelBlock(),
                        programTensors,
                        prefix));
    }

    /** Writes everything up to the variable {@code loss}. */
    void write(ProgramText text) {
        text.add("torch.set_grad_enabled(False)");
        mixture.ifPresent(writer -> text.add(writer.statements()));
        if (!answered) {
            teachers.forEach(teacher -> text.add(teacher.writer.statements()));
        }
        text.add("torch.set_grad_enabled(True)");
        text.add(trained.writer.statements());
        text.add(statements);
        text.add("loss = " + loss);
    }

    /** Whether the loss reads this value of the trained network. */
    boolean reads(String value) {
        return variables.containsKey("v " + value);
    }

    /** What gradients are taken of: the loss's own weights included. */
    List<Leaf> leaves() {
        return trained.writer.leaves();
    }

    @Override
    public Model network() {
        return trained.model;
    }

    @Override
    public String value(String value) {
        return read(trained, "v", value);
    }

    @Override
    public Shape shape(String value) {
        return trained.shapes.shape(value);
    }

    @Override
    public int teachers() {
        return teachers.size();
    }

    @Override
    public Model teacherNetwork(int teacher) {
        return teachers.get(teacher).model;
    }

    @Override
    public String teacher(int teacher, String value) {
        Network network = teachers.get(teacher);
        if (!answered) {
            return read(network, "t" + teacher, value);
        }
        return variables.computeIfAbsent(
                "t" + teacher + " " + value,
                key -> {
                    String answer = "torch.to(" + network.writer.write(value) + ", 6)";
                    asked.add("torch.contiguous(" + answer + ")");
                    sizes += elements(network.shapes.shape(value));
                    return ANSWER + (asked.size() - 1);
                });
    }

    /** Of one example. */
    private static long elements(Shape shape) {
        return shape.rank() == 0 ? 1 : shape.elementCount() / Math.max(1, shape.size(0));
    }

    /** The arguments that hold what teachers answered, in their order. */
    List<String> answers() {
        return IntStream.range(0, asked.size()).mapToObj(i -> ANSWER + i).toList();
    }

    /** How many floats teachers answer for one example. */
    long answerSize() {
        return sizes;
    }

    /** Writes what teachers answer: the body of {@code teach}. */
    void writeTeachers(ProgramText text) {
        text.add("torch.set_grad_enabled(False)");
        teachers.forEach(teacher -> text.add(teacher.writer.statements()));
        text.add("return " + ProgramText.list(asked));
    }

    @Override
    public String scores(int teacher) {
        return teacher(teacher, teachers.get(teacher).model.graph().outputs().get(0).name());
    }

    @Override
    public Shape teacherShape(int teacher, String value) {
        return teachers.get(teacher).shapes.shape(value);
    }

    private String read(Network network, String key, String value) {
        return variables.computeIfAbsent(
                key + " " + value,
                k -> {
                    String expression = network.writer.write(value);
                    String exact = "f" + statements.size();
                    statements.add(exact + " = torch.to(" + expression + ", 6)");
                    return exact;
                });
    }

    @Override
    public String labelled(UnaryOperator<String> loss) {
        return mixture.map(writer -> writer.labelled(loss)).orElseGet(() -> loss.apply("labels"));
    }

    /** The expression of the class that an example is counted as. */
    String labels() {
        return mixture.map(MixtureWriter::largerShares).orElse("labels");
    }

    @Override
    public String let(String expression) {
        String name = "l" + statements.size();
        statements.add(name + " = " + expression);
        return name;
    }

    @Override
    public String weight(String name, Tensor start) {
        return trained.writer.companion(name, start);
    }
}
