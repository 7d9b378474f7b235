package dev.espalier.train;

import dev.espalier.core.CancelledException;
import dev.espalier.core.pass.Checkpoints;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Checkpoints in memory, which may kill the work after each time that it writes one. */
public final class KeptCheckpoints implements Checkpoints {
    private final Map<String, byte[]> kept = new HashMap<>();
    private final boolean killing;
    private int writes;

    private KeptCheckpoints(boolean killing) {
        this.killing = killing;
    }

    public static KeptCheckpoints quiet() {
        return new KeptCheckpoints(false);
    }

    public static KeptCheckpoints killing() {
        return new KeptCheckpoints(true);
    }

    /** How often something was written. */
    public int writes() {
        return writes;
    }

    @Override
    public Optional<byte[]> read(String name) {
        return Optional.ofNullable(kept.get(name));
    }

    @Override
    public void write(String name, byte[] content) {
        kept.put(name, content);
        writes++;
        if (killing) {
            throw new CancelledException("killed");
        }
    }
}
