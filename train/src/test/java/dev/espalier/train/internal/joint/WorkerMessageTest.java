package dev.espalier.train.internal.joint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.train.internal.joint.WorkerMessage.Verb;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerMessageTest {
    @Test
    void isReadAsItWasSaid() {
        for (Verb verb : Verb.values()) {
            WorkerMessage message = new WorkerMessage(verb, 3, 12_800, "loss 0.5, top-1 80.00 %");
            assertThat(WorkerMessage.read(message.toLine())).contains(message);
        }
        WorkerMessage bare = WorkerMessage.of(Verb.END, 0, 0);
        assertThat(bare.toLine()).isEqualTo("END 0 0");
        assertThat(WorkerMessage.read("END 0 0")).contains(bare);
    }

    @Test
    void isOneLineWhateverIsSaid() {
        assertThat(new WorkerMessage(Verb.BROKE, 0, 1, "first\nsecond\r\nthird").toLine())
                .isEqualTo("BROKE 0 1 first second third");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "DONE",
                "DONE 1",
                "DONE -1 2",
                "DONE 12345678901 2",
                "DONE 1 1234567890123456789",
                "done 1 2",
                "[main] INFO 1 2"
            })
    void whatALibraryPrintsIsNoMessage(String line) {
        assertThat(WorkerMessage.read(line)).isEmpty();
    }
}
