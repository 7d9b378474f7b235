package dev.espalier.core.internal.profile;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.core.pass.Profiler;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.LayerProbe;
import dev.espalier.core.profile.LayerTime;
import dev.espalier.core.profile.MachineProfile;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.profile.ProfileQuestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Measures what a profile does not know yet and keeps what it found. Thread-safe; what two threads
 * ask is measured one after the other.
 */
public final class MeasuringProfiler implements Profiler {
    /** Of each layer, all rounds together; a layer that takes longer runs once a round. */
    private static final double SECONDS = 0.06;

    private final Store store;
    private final ModelTimer timer;
    private final Progress progress;
    private MachineProfile profile;

    /** Where a profile lies between runs. */
    public interface Store {
        /** What was kept; one that knows nothing where nothing was, or nothing of use. */
        MachineProfile read();

        /** Keeps it in place of what was there. */
        void write(MachineProfile profile);
    }

    public MeasuringProfiler(Store store, ModelTimer timer, Progress progress) {
        this.store = store;
        this.timer = timer;
        this.progress = progress;
    }

    /** What is known, without measuring more. */
    public synchronized MachineProfile known() {
        if (profile == null) {
            profile = store.read();
        }
        return profile;
    }

    private void keep(MachineProfile changed) {
        profile = changed;
        store.write(changed);
    }

    @Override
    public synchronized MachineProfile layers(Precision precision, LayerKind kind) {
        measure(precision, kind, List.of(LayerGrid.steps(kind)));
        return known();
    }

    /** The profile with all that it tells of layers of a kind, other sizes included. */
    public synchronized MachineProfile allLayers(Precision precision, LayerKind kind) {
        List<List<LayerGrid.Point>> sets = new ArrayList<>();
        sets.add(LayerGrid.steps(kind));
        sets.addAll(LayerGrid.sizes(kind));
        measure(precision, kind, sets);
        return known();
    }

    /** Whether sums of 8-bit products saturate here. */
    public synchronized boolean saturates(Supplier<Boolean> trial) {
        if (known().saturates().isEmpty()) {
            keep(known().withSaturates(trial.get()));
        }
        return known().saturates().orElseThrow();
    }

    @Override
    public synchronized ProfileAnswer answer(ProfileQuestion question) {
        Optional<ProfileAnswer> kept = known().answer(question);
        if (kept.isPresent()) {
            return kept.get();
        }
        ProfileAnswer measured = timer.answer(question);
        keep(known().withAnswer(measured));
        return measured;
    }

    /** Times each set that is not all there, as a whole: only what ran by turns is compared. */
    private void measure(Precision precision, LayerKind kind, List<List<LayerGrid.Point>> sets) {
        List<LayerTime> times = new ArrayList<>(known().times(precision, kind));
        List<List<LayerGrid.Point>> missing =
                sets.stream().filter(set -> !set.stream().allMatch(p -> has(times, p))).toList();
        if (missing.isEmpty()) {
            return;
        }
        long layers = missing.stream().mapToLong(List::size).sum();
        String what = "machine profile, %s %s layers".formatted(precision, kind);
        try (Progress.Task task = progress.begin(what, layers, "layers")) {
            for (List<LayerGrid.Point> set : missing) {
                times.removeIf(time -> set.contains(point(time)));
                times.addAll(timed(precision, kind, set));
                task.advance(set.size());
            }
        }
        keep(known().withTimes(precision, kind, times));
    }

    private static boolean has(List<LayerTime> times, LayerGrid.Point point) {
        return times.stream().anyMatch(time -> point(time).equals(point));
    }

    private static LayerGrid.Point point(LayerTime time) {
        return new LayerGrid.Point(time.inputs(), time.outputs(), time.height(), time.width());
    }

    private List<LayerTime> timed(Precision precision, LayerKind kind, List<LayerGrid.Point> set) {
        List<Model> models = set.stream().map(point -> probe(precision, kind, point)).toList();
        List<double[]> rounds = timer.micros(models, SECONDS * set.size());
        List<LayerTime> times = new ArrayList<>();
        for (int i = 0; i < set.size(); i++) {
            LayerGrid.Point point = set.get(i);
            times.add(
                    new LayerTime(
                            precision,
                            kind,
                            point.inputs(),
                            point.outputs(),
                            point.height(),
                            point.width(),
                            ModelTimer.median(rounds.get(i)) / LayerProbe.COPIES));
        }
        return times;
    }

    private static Model probe(Precision precision, LayerKind kind, LayerGrid.Point point) {
        return LayerProbe.of(
                        precision,
                        kind,
                        point.inputs(),
                        point.outputs(),
                        point.height(),
                        point.width())
                .probe(kind.isChannelwise() ? point.inputs() : 1);
    }
}
