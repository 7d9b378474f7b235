package dev.espalier.core.pass;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import java.util.Locale;

/** What a pass may use of the world around it, and where it tells what it did. */
public interface PassContext {
    /** Seed of this pass's randomness: from the recipe's seed and the pass's place in it. */
    long seed();

    /**
     * The model that the recipe began with: the teacher of a distillation, the truth of a proof.
     */
    Model original();

    /**
     * A further model, by one of the names that {@link Pass#models} gave.
     *
     * @throws dev.espalier.core.ModelFormatException where it is no model
     */
    Model model(String file);

    /**
     * The recipe's data.
     *
     * @throws dev.espalier.core.InvalidOptionException where the recipe names none
     */
    DataSplits data();

    /** Whether {@link #data} may be called. */
    boolean hasData();

    ModelRunner runner();

    /** Sizes for the free dimensions of the model's inputs. */
    InputShapes inputShapes();

    /** Where long work shows how far it is. */
    Progress progress();

    /** Where long work keeps what it needs to go on after a kill. */
    Checkpoints checkpoints();

    /** Further processes that may take part. */
    default Workers workers() {
        return Workers.NONE;
    }

    /** The machine that the pass runs on. */
    default Host host() {
        return Host.NONE;
    }

    /** Where a failed proof leaves what is needed to repeat it. */
    default Reproducer reproducer() {
        return Reproducer.NONE;
    }

    /** A sentence for the report about what was done. */
    void note(String text);

    /** What a note begins with that nobody should miss. */
    String WARNING = "warning: ";

    /** A note that nobody should miss: it also stands on the terminal and at the report's top. */
    default void warn(String text) {
        note(WARNING + text);
    }

    /** A refused rewrite: {@code where} names the node or value, {@code reason} says why. */
    void skipped(String where, String reason);

    /**
     * Something that the options ask for and the result does not reach. The result is the best
     * attempt, and the run as a whole has missed a goal.
     *
     * @param option by its path in the recipe, such as {@code group-conv.target.removed}
     * @param asked the recipe's number
     * @param found what was reached, in the same unit
     */
    default void missed(String option, double asked, double found) {
        note(
                String.format(
                        Locale.ROOT,
                        "%s: %.4g was asked for, %.4g is reached",
                        option,
                        asked,
                        found));
    }

    /**
     * A figure that is taken again and again, for the curves in the report.
     *
     * @param curve what it is, such as {@code training loss}
     * @param epoch how far the work is; fractions are fine
     */
    default void plot(String curve, double epoch, double value) {}

    /**
     * Called between two steps of long work.
     *
     * @throws dev.espalier.core.CancelledException where the user asked to stop
     */
    void checkCancelled();
}
