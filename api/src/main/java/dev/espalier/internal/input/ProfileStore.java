package dev.espalier.internal.input;

import dev.espalier.core.internal.file.Sha256;
import dev.espalier.core.internal.profile.MeasuringProfiler;
import dev.espalier.core.profile.MachineProfile;
import dev.espalier.core.report.Machine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The profile of this machine in the user's cache folder: one file for each number of threads,
 * named by a hash of the CPU, its instruction sets and cores, ONNX Runtime's version and the
 * threads. One that is damaged or of another machine counts as none, and that is said.
 */
public final class ProfileStore implements MeasuringProfiler.Store {
    private static final String FOLDER = "profile";
    private static final int MOST_FILES = 32;

    private final CacheFolder cache;
    private final String machine;
    private final Consumer<String> lines;

    ProfileStore(CacheFolder cache, String machine, Consumer<String> lines) {
        this.cache = cache;
        this.machine = machine;
        this.lines = lines;
    }

    /**
     * The user's, for this machine.
     *
     * @param threads that one run of a model uses
     * @param lines is told of a profile that cannot be used
     */
    public static ProfileStore ofUser(int threads, Consumer<String> lines) {
        return new ProfileStore(
                CacheFolder.ofUser(FOLDER, MOST_FILES),
                machine(Machine.current(), Versions.pinned("onnxruntime"), threads),
                lines);
    }

    /** All that times depend on, in a line. */
    static String machine(Machine machine, String runtime, int threads) {
        return "%s, %s, %s cores, ONNX Runtime %s, %s"
                .formatted(
                        machine.cpu(),
                        String.join(" ", machine.cpuFlags()),
                        machine.cores(),
                        runtime,
                        threads == 1 ? "1 thread" : threads + " threads");
    }

    private String name() {
        return "profile-" + Sha256.of(machine.getBytes(StandardCharsets.UTF_8));
    }

    /** Where it lies, or would. */
    public Path file() {
        return cache.file(name());
    }

    /** What was kept for this machine; empty where that is nothing, or nothing of use. */
    public Optional<MachineProfile> find() {
        if (!cache.holds(name())) {
            return Optional.empty();
        }
        Optional<MachineProfile> profile =
                cache.read(name())
                        .flatMap(
                                content ->
                                        MachineProfile.parse(
                                                new String(content, StandardCharsets.UTF_8)));
        if (profile.isEmpty()) {
            lines.accept(
                    "the machine profile %s is damaged; what is asked of it is measured anew"
                            .formatted(file()));
        } else if (!profile.get().machine().equals(machine)) {
            lines.accept(
                    "the machine profile %s is of another machine (%s); what is asked of it is measured anew"
                            .formatted(file(), profile.get().machine()));
        }
        return profile.filter(known -> known.machine().equals(machine));
    }

    @Override
    public MachineProfile read() {
        return find().orElseGet(() -> MachineProfile.of(machine));
    }

    @Override
    public void write(MachineProfile profile) {
        cache.write(name(), profile.text().getBytes(StandardCharsets.UTF_8));
    }

    /** Forgets what was kept, so that all is measured anew. */
    public void clear() {
        write(MachineProfile.of(machine));
    }
}
