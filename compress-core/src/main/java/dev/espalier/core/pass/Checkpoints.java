package dev.espalier.core.pass;

import java.util.Optional;

/** Named blobs that survive a kill of the process; each is replaced as a whole. */
public interface Checkpoints {
    /** The last content of {@code name} that is whole; empty where there is none. */
    Optional<byte[]> read(String name);

    /** Keeps {@code content}, which survives even a loss of power once this returns. */
    void write(String name, byte[] content);

    /** These with {@code prefix} in front of every name. */
    default Checkpoints under(String prefix) {
        Checkpoints all = this;
        return new Checkpoints() {
            @Override
            public Optional<byte[]> read(String name) {
                return all.read(prefix + name);
            }

            @Override
            public void write(String name, byte[] content) {
                all.write(prefix + name, content);
            }
        };
    }

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
