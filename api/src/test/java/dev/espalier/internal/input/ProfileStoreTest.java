package dev.espalier.internal.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.profile.MachineProfile;
import dev.espalier.core.profile.ProfileAnswer;
import dev.espalier.core.report.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileStoreTest {
    private static final Machine MACHINE =
            new Machine("a JDK", "an OS", "a CPU", List.of("avx2", "fma"), 4);

    @TempDir private Path folder;
    private final List<String> told = new ArrayList<>();

    private ProfileStore store(String machine) {
        return new ProfileStore(new CacheFolder(folder), machine, told::add);
    }

    private static MachineProfile known(String machine) {
        return MachineProfile.of(machine).withAnswer(new ProfileAnswer("q", Map.of("a", 1.0)));
    }

    @Test
    void whatWasKeptIsFound() {
        assertThat(store("here").read()).isEqualTo(MachineProfile.of("here"));
        store("here").write(known("here"));
        assertThat(store("here").read()).isEqualTo(known("here"));
        assertThat(store("here").file()).isRegularFile();
        assertThat(told).isEmpty();
    }

    @Test
    void anotherMachineHasAnother() {
        store("here").write(known("here"));
        assertThat(store("there").find()).isEmpty();
        assertThat(told).isEmpty();
    }

    @Test
    void aDamagedOneIsMeasuredAnewAndThatIsSaid() throws IOException {
        ProfileStore store = store("here");
        store.write(known("here"));
        byte[] content = Files.readAllBytes(store.file());
        content[content.length - 6] ^= 1;
        Files.write(store.file(), content);
        assertThat(store.read()).isEqualTo(MachineProfile.of("here"));
        assertThat(told)
                .containsExactly(
                        "the machine profile %s is damaged; what is asked of it is measured anew"
                                .formatted(store.file()));
        store.write(known("here"));
        assertThat(store.read()).isEqualTo(known("here"));
    }

    /** Whole, and yet no profile: of a later version, for one. */
    @Test
    void oneOfAnotherVersionIsMeasuredAnew() {
        ProfileStore store = store("here");
        new CacheFolder(folder)
                .write(
                        store.file().getFileName().toString(),
                        known("here").text().replace("profile 1", "profile 2").getBytes());
        assertThat(store.read()).isEqualTo(MachineProfile.of("here"));
        assertThat(told).hasSize(1);
    }

    @Test
    void oneOfAnotherCpuUnderThisNameIsMeasuredAnew() {
        ProfileStore store = store("here");
        store.write(known("a CPU elsewhere"));
        assertThat(store.read()).isEqualTo(MachineProfile.of("here"));
        assertThat(told).hasSize(1);
        assertThat(told.get(0)).contains("of another machine (a CPU elsewhere)");
    }

    @Test
    void whatIsClearedIsGone() {
        store("here").write(known("here"));
        store("here").clear();
        assertThat(store("here").read()).isEqualTo(MachineProfile.of("here"));
    }

    @Test
    void allThatTimesDependOnIsInTheMachine() {
        String machine = ProfileStore.machine(MACHINE, "1.2", 1);
        assertThat(machine).isEqualTo("a CPU, avx2 fma, 4 cores, ONNX Runtime 1.2, 1 thread");
        assertThat(ProfileStore.machine(MACHINE, "1.3", 1)).isNotEqualTo(machine);
        assertThat(ProfileStore.machine(MACHINE, "1.2", 2)).endsWith("2 threads");
    }
}
