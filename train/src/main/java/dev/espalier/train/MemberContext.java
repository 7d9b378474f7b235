package dev.espalier.train;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.data.Seeds;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.pass.Reproducer;
import dev.espalier.core.pass.Workers;
import java.util.Optional;

/**
 * The context of one of several trainings of a pass: its randomness and checkpoints are its own,
 * and what it tells has its name in front.
 *
 * @param index of the training, counted from 0; the first has the seed of the pass
 * @param progress where it shows how far it is
 */
record MemberContext(PassContext context, int index, Progress progress) implements PassContext {
    /** The one of a training in the process of {@code context}. */
    static MemberContext of(PassContext context, int index) {
        return new MemberContext(
                context,
                index,
                (work, done, steps, unit) ->
                        context.progress().begin(name(index) + ", " + work, done, steps, unit));
    }

    private static String name(int index) {
        return "network " + (index + 1);
    }

    /** How users know it. */
    String name() {
        return name(index);
    }

    @Override
    public long seed() {
        return index == 0 ? context.seed() : Seeds.mix(context.seed(), index);
    }

    @Override
    public Model original() {
        return context.original();
    }

    @Override
    public Model model(String file) {
        return context.model(file);
    }

    @Override
    public DataSplits data() {
        return context.data();
    }

    @Override
    public boolean hasData() {
        return context.hasData();
    }

    @Override
    public ModelRunner runner() {
        return context.runner();
    }

    @Override
    public InputShapes inputShapes() {
        return context.inputShapes();
    }

    @Override
    public Checkpoints checkpoints() {
        String prefix = name().replace(' ', '-') + "-";
        return new Checkpoints() {
            @Override
            public Optional<byte[]> read(String name) {
                return context.checkpoints().read(prefix + name);
            }

            @Override
            public void write(String name, byte[] content) {
                context.checkpoints().write(prefix + name, content);
            }
        };
    }

    @Override
    public Workers workers() {
        return context.workers();
    }

    @Override
    public Reproducer reproducer() {
        return context.reproducer();
    }

    @Override
    public void note(String text) {
        context.note(name() + ": " + text);
    }

    /** What one of them leaves alone all of them do: it is told once. */
    @Override
    public void skipped(String where, String reason) {
        if (index == 0) {
            context.skipped(where, reason);
        }
    }

    @Override
    public void plot(String curve, double epoch, double value) {
        context.plot(name() + " " + curve, epoch, value);
    }

    @Override
    public void checkCancelled() {
        context.checkCancelled();
    }
}
