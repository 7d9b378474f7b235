package dev.espalier.core.pass;

import dev.espalier.core.ir.Model;
import java.util.ArrayList;
import java.util.List;

/**
 * Something else to do in place of a pass that loses more than it may, see {@link Pass#remedies}.
 *
 * @param name for messages, such as {@code calibration}
 * @param variants of it
 */
public record Remedy(String name, Variants variants) {
    /** Says what there is to try. */
    @FunctionalInterface
    public interface Variants {
        /**
         * In the order in which they are to be tried; nothing where the remedy does not apply.
         *
         * @param context for trials: what is told, shown or kept in it is lost
         */
        List<Variant> of(Situation situation, PassContext context);
    }

    /**
     * Where things stand when a remedy's turn comes.
     *
     * @param passes the best so far that were put in place of the pass; at first itself alone
     * @param before what they are given
     * @param after what they return
     */
    public record Situation(List<Pass> passes, Model before, Model after) {
        public Situation {
            passes = List.copyOf(passes);
        }

        /** The last of the passes, which the remedy changes or puts something in front of. */
        public Pass last() {
            return passes.get(passes.size() - 1);
        }

        /** These with another last pass. */
        public List<Pass> withLast(Pass pass) {
            List<Pass> changed = new ArrayList<>(passes);
            changed.set(changed.size() - 1, pass);
            return List.copyOf(changed);
        }

        /** These with another pass in front of the last. */
        public List<Pass> withBeforeLast(Pass pass) {
            List<Pass> changed = new ArrayList<>(passes);
            changed.add(changed.size() - 1, pass);
            return List.copyOf(changed);
        }
    }

    /**
     * One thing to try.
     *
     * @param what it is, in a few words
     * @param passes to run in place of the pass, on what it was given
     */
    public record Variant(String what, List<Pass> passes) {
        public Variant {
            passes = List.copyOf(passes);
        }
    }
}
