package dev.espalier.core.pass;

import java.util.Optional;

/** Named blobs that survive a kill of the process; each is replaced as a whole. */
public interface Checkpoints {
    Optional<byte[]> read(String name);

    void write(String name, byte[] content);

    /** Keeps nothing. */
    Checkpoints NONE =
            new Checkpoints() {
                @Override
                public Optional<byte[]> read(String name) {
                    return Optional.empty();
                }

                @Override
                public void write(String name, byte[] content) {}
            };
}
