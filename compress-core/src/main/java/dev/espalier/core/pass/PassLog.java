package dev.espalier.core.pass;

import dev.espalier.core.ir.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What passes tell, kept in order: notes, refusals, curves, misses and measurements. Many threads
 * may write one. A {@link #part} writes into the log that it is part of.
 */
public final class PassLog {
    /** What was told, shared by a log and its parts. */
    private static final class Kept {
        final List<String> notes = new ArrayList<>();
        final List<PassRun.Skip> skips = new ArrayList<>();
        final List<PassRun.Reading> readings = new ArrayList<>();
        final List<PassRun.Miss> misses = new ArrayList<>();
        final List<PassRun.Attempt> attempts = new ArrayList<>();
        final List<PassRun.LayerError> layerErrors = new ArrayList<>();
        final List<Equal> equals = new ArrayList<>();
    }

    /** Two models that were proved to compute the same. */
    private record Equal(Model before, Model after) {}

    private final Kept kept;
    private final Consumer<String> listener;
    private final String beforeNotes;
    private final String beforeCurves;
    private final boolean takesSkips;

    private PassLog(
            Kept kept,
            Consumer<String> listener,
            String beforeNotes,
            String beforeCurves,
            boolean takesSkips) {
        this.kept = kept;
        this.listener = listener;
        this.beforeNotes = beforeNotes;
        this.beforeCurves = beforeCurves;
        this.takesSkips = takesSkips;
    }

    /** A log that holds nothing yet and that nobody listens to. */
    public PassLog() {
        this(new Kept(), line -> {}, "", "", true);
    }

    /** Another log that holds nothing yet, with the listener of this one. */
    public PassLog fresh() {
        return new PassLog(new Kept(), listener, "", "", true);
    }

    /** This log telling each note, and each refusal with where and why, as soon as it comes. */
    public PassLog withListener(Consumer<String> lines) {
        return new PassLog(kept, lines, beforeNotes, beforeCurves, takesSkips);
    }

    /** This log for one part of the work, whose name stands in front of notes and curves. */
    public PassLog part(String name) {
        return new PassLog(
                kept, listener, beforeNotes + name + ": ", beforeCurves + name + " ", takesSkips);
    }

    /** This log without refusals, for work that refuses what other work refuses too. */
    public PassLog withoutSkips() {
        return new PassLog(kept, listener, beforeNotes, beforeCurves, false);
    }

    /** What passes said they did. */
    public List<String> notes() {
        synchronized (kept) {
            return List.copyOf(kept.notes);
        }
    }

    /** What passes refused. */
    public List<PassRun.Skip> skips() {
        synchronized (kept) {
            return List.copyOf(kept.skips);
        }
    }

    /** The points of the curves that passes took, such as the loss of each epoch. */
    public List<PassRun.Reading> readings() {
        synchronized (kept) {
            return List.copyOf(kept.readings);
        }
    }

    /** What options ask for and results do not reach. */
    public List<PassRun.Miss> misses() {
        synchronized (kept) {
            return List.copyOf(kept.misses);
        }
    }

    /** All of it. */
    public PassRun.Told told() {
        synchronized (kept) {
            return new PassRun.Told(
                    kept.notes,
                    kept.skips,
                    kept.readings,
                    kept.misses,
                    kept.attempts,
                    kept.layerErrors);
        }
    }

    /** Keeps what was told to another log as if it had been told to this one. */
    public void add(PassRun.Told other) {
        synchronized (kept) {
            kept.notes.addAll(other.notes());
            kept.skips.addAll(other.skips());
            kept.readings.addAll(other.readings());
            kept.misses.addAll(other.misses());
            kept.attempts.addAll(other.attempts());
            layerErrors(other.layerErrors());
        }
    }

    void attempted(List<PassRun.Attempt> attempts) {
        synchronized (kept) {
            kept.attempts.addAll(attempts);
        }
    }

    void layerErrors(List<PassRun.LayerError> errors) {
        synchronized (kept) {
            if (!errors.isEmpty()) {
                kept.layerErrors.clear();
                kept.layerErrors.addAll(errors);
            }
        }
    }

    void note(String text) {
        synchronized (kept) {
            kept.notes.add(beforeNotes + text);
            listener.accept(beforeNotes + text);
        }
    }

    void proved(Model before, Model after) {
        synchronized (kept) {
            kept.equals.add(new Equal(before, after));
        }
    }

    /** Whether these very models were proved to compute the same. */
    boolean isProved(Model before, Model after) {
        synchronized (kept) {
            return kept.equals.stream()
                    .anyMatch(equal -> equal.before() == before && equal.after() == after);
        }
    }

    void skipped(PassRun.Skip skip) {
        if (!takesSkips) {
            return;
        }
        synchronized (kept) {
            kept.skips.add(skip);
            listener.accept(skip.toString());
        }
    }

    void missed(PassRun.Miss miss) {
        synchronized (kept) {
            note(
                    String.format(
                            Locale.ROOT,
                            "%s: %.4g was asked for, %.4g is reached",
                            miss.option(),
                            miss.asked(),
                            miss.found()));
            kept.misses.add(miss);
        }
    }

    void plot(String curve, double epoch, double value) {
        synchronized (kept) {
            kept.readings.add(new PassRun.Reading(beforeCurves + curve, epoch, value));
        }
    }
}
