package dev.espalier.train.internal.joint;

import dev.espalier.core.pass.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** One bar or line of progress for several networks that are trained at once. */
final class JointProgress {
    private final Progress.Task task;
    private final long[] images;
    private final TreeMap<Integer, String> words = new TreeMap<>();

    JointProgress(Progress.Task task, int networks) {
        this.task = task;
        this.images = new long[networks];
    }

    /**
     * A network got further, or back where its epoch was begun again.
     *
     * @param done images of its epoch
     * @param said of it, for people; empty where there is nothing new
     */
    void at(int network, long done, String said) {
        task.advance(done - images[network]);
        images[network] = done;
        if (!said.isEmpty()) {
            words.put(network, said);
            List<String> all = new ArrayList<>();
            words.forEach((each, text) -> all.add("network %s: %s".formatted(each + 1, text)));
            task.show(String.join("; ", all));
        }
    }
}
