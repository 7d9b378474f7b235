package dev.espalier;

import dev.espalier.core.pass.ModelFigures;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.Pipeline;
import dev.espalier.core.report.Figures;

/** A line for every pass as it begins and ends. */
final class PassLines implements Pipeline.Listener {
    private final RunLog log;

    PassLines(RunLog log) {
        this.log = log;
    }

    @Override
    public void begins(int position, int count, String id) {
        log.say("[%s/%s] %s …".formatted(position + 1, count, id));
    }

    @Override
    public void ended(int position, int count, PassRun run, boolean resumed) {
        log.say(
                "[%s/%s] %s: %s%s"
                        .formatted(
                                position + 1,
                                count,
                                run.id(),
                                resumed ? "finished earlier; " : "",
                                effect(run)));
        for (String note : run.notes()) {
            if (note.startsWith(PassContext.WARNING)) {
                log.say("  " + note);
            } else {
                log.keep("  note: " + note);
            }
        }
        run.skips().forEach(skip -> log.keep("  skipped " + skip));
    }

    /** What the pass changed, in a few words. */
    static String effect(PassRun run) {
        ModelFigures after = run.after();
        if (!run.changed()) {
            int refused = run.skips().size();
            return (refused == 0
                            ? "nothing to do, "
                            : "nothing changed, %s refused, ".formatted(refused))
                    + Figures.seconds(run.seconds());
        }
        StringBuilder text = new StringBuilder();
        text.append(change(Figures.bytes(run.before().bytes()), Figures.bytes(after.bytes())));
        text.append(", ").append(change(macs(run.before()), macs(after))).append(" MACs");
        Double top1 = after.metrics().get("top1");
        if (top1 != null) {
            Double before = run.before().metrics().get("top1");
            text.append(", top-1 ")
                    .append(
                            change(
                                    before == null ? "" : Figures.percent(before),
                                    Figures.percent(top1)))
                    .append(" (")
                    .append(after.split())
                    .append(')');
        }
        return text + ", " + Figures.seconds(run.seconds());
    }

    private static String macs(ModelFigures figures) {
        return Figures.macs(figures.macs(), figures.uncounted());
    }

    private static String change(String before, String after) {
        return before.equals(after) || before.isEmpty() ? after : before + " → " + after;
    }
}
