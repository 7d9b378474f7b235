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
 * @param name how users know it
 * @param seed of its own
 * @param tellsRefusals whether what it leaves alone is told; others may leave the same
 * @param progress where it shows how far it is
 */
record PartContext(
        PassContext context, String name, long seed, boolean tellsRefusals, Progress progress)
        implements PassContext {
    /**
     * One of several trainings side by side.
     *
     * @param index counted from 0; the first has the seed of the pass and tells what all leave
     */
    static PartContext member(PassContext context, int index) {
        return member(context, index, named(context, memberName(index)));
    }

    /** The same, showing how far it is elsewhere. */
    static PartContext member(PassContext context, int index, Progress progress) {
        return new PartContext(
                context,
                memberName(index),
                index == 0 ? context.seed() : Seeds.mix(context.seed(), index),
                index == 0,
                progress);
    }

    private static String memberName(int index) {
        return "network " + (index + 1);
    }

    private static Progress named(PassContext context, String name) {
        return (work, done, steps, unit) ->
                context.progress().begin(name + ", " + work, done, steps, unit);
    }

    /** One of several trainings one after another, which has the seed of the pass. */
    static PartContext stage(PassContext context, String name) {
        return new PartContext(context, name, context.seed(), true, named(context, name));
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
        String prefix = name.replace(' ', '-') + "-";
        return new Checkpoints() {
            @Override
            public Optional<byte[]> read(String what) {
                return context.checkpoints().read(prefix + what);
            }

            @Override
            public void write(String what, byte[] content) {
                context.checkpoints().write(prefix + what, content);
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
        context.note(name + ": " + text);
    }

    @Override
    public void skipped(String where, String reason) {
        if (tellsRefusals) {
            context.skipped(where, reason);
        }
    }

    @Override
    public void plot(String curve, double epoch, double value) {
        context.plot(name + " " + curve, epoch, value);
    }

    @Override
    public void checkCancelled() {
        context.checkCancelled();
    }
}
