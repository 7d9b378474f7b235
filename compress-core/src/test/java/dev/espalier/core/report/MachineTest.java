package dev.espalier.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MachineTest {
    @Test
    void readsAnX86Processor() {
        List<String> lines =
                List.of(
                        "processor\t: 0",
                        "model name\t: AMD EPYC",
                        "flags\t\t: fpu avx2 sse4_2 avx512_vnni",
                        "",
                        "processor\t: 1",
                        "model name\t: other");
        assertThat(Machine.model(lines)).isEqualTo("AMD EPYC");
        assertThat(Machine.flags(lines)).containsExactly("avx2", "avx512_vnni");
    }

    @Test
    void readsAnArmProcessor() {
        List<String> lines = List.of("processor : 0", "Features : fp asimd asimddp crc32");
        assertThat(Machine.flags(lines)).containsExactly("asimd", "asimddp");
        assertThat(Machine.model(lines)).startsWith("unknown processor (");
    }

    @Test
    void saysWhetherBytesHaveDotProducts() {
        Machine one = new Machine("17", "Linux", "AMD EPYC", List.of("avx2", "avx512_vnni"), 2);
        Machine other = new Machine("17", "Linux", "AMD EPYC", List.of("avx2", "fma"), 2);

        assertThat(one.processor()).isEqualTo("AMD EPYC, 2 cores, 8-bit dot products");
        assertThat(other.processor()).isEqualTo("AMD EPYC, 2 cores, no 8-bit dot products");
    }

    @Test
    void knowsThisOne() {
        assertThat(Machine.current().cores()).isPositive();
        assertThat(Machine.current().jdk()).contains(System.getProperty("java.version"));
    }
}
