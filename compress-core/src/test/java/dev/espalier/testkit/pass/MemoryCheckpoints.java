package dev.espalier.testkit.pass;

import dev.espalier.core.pass.Checkpoints;
import java.util.Map;
import java.util.Optional;

/**
 * Checkpoints that last as long as the map that holds them.
 *
 * @param kept by name; written to
 */
public record MemoryCheckpoints(Map<String, byte[]> kept) implements Checkpoints {
    @Override
    public Optional<byte[]> read(String name) {
        return Optional.ofNullable(kept.get(name));
    }

    @Override
    public void write(String name, byte[] content) {
        kept.put(name, content);
    }
}
