package dev.espalier.internal.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.OutputException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReproducerFolderTest {
    private static final String RUN = UUID.randomUUID().toString();

    @TempDir Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void halfOfAReproducerIsNotKept() throws IOException {
        Model model = GraphText.parse("graph (x: float[2]) -> (y)\ny = Relu(x)");
        Map<String, Model> models = new LinkedHashMap<>();
        models.put("before", model);
        models.put("no/such/folder", model);
        ReproducerFolder reproducer = new ReproducerFolder(folder.resolve("out.reproducer"), RUN);

        assertThatThrownBy(() -> reproducer.leave(models, Map.of()))
                .isInstanceOf(OutputException.class);
        assertThat(names()).isEmpty();
    }
}
