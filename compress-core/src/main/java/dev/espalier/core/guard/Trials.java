package dev.espalier.core.guard;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassLog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs passes in place of one, on what that was given. What the first of several passes returns is
 * kept, since it may have taken long and many trials begin alike.
 */
final class Trials {
    /**
     * What passes returned.
     *
     * @param told what they told
     */
    record Made(List<Pass> passes, Model model, PassLog told) {
        Made {
            passes = List.copyOf(passes);
        }
    }

    private final Model before;
    private final PassContext context;
    private final Map<List<Pass>, Made> known = new HashMap<>();

    /**
     * @param before what the passes are given
     * @param context of the pass that they stand for
     */
    Trials(Model before, PassContext context) {
        this.before = before;
        this.context = context;
    }

    Model before() {
        return before;
    }

    /** What was done already. */
    Made taken(Pass pass, Model after) {
        Made made = new Made(List.of(pass), after, context.log());
        known.put(made.passes(), made);
        return made;
    }

    /** What {@code passes} return, without the work that decides nothing. */
    Made trial(List<Pass> passes) {
        return of(passes.stream().map(Pass::forTrial).toList());
    }

    /** What {@code passes} return. */
    Made of(List<Pass> passes) {
        if (passes.isEmpty()) {
            return new Made(passes, before, context.log().fresh());
        }
        Made found = known.get(passes);
        if (found == null) {
            Made first = of(passes.subList(0, passes.size() - 1));
            PassContext own =
                    context.withLog(context.log().fresh()).withCheckpoints(Checkpoints.NONE);
            own.log().add(first.told().told());
            Pass last = passes.get(passes.size() - 1);
            found = new Made(passes, last.apply(first.model(), own), own.log());
            known.put(found.passes(), found);
        }
        return found;
    }
}
