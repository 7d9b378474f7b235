package dev.espalier.core.pass;

import dev.espalier.core.CancelledException;
import java.util.function.BooleanSupplier;

/** Shows how far long work is, with the time left. */
public interface Progress {
    /**
     * Work of a known number of steps, which may be taken in several threads; closed when it ends.
     */
    interface Task extends AutoCloseable {
        void advance(long steps);

        /** A few words behind the bar, such as the current loss; replaces the words before. */
        void show(String words);

        @Override
        void close();
    }

    /**
     * @param name of the work, in a few words
     * @param done steps that were done earlier, in another run: they tell nothing of how fast this
     *     one is
     * @param steps in all, those that are done included
     * @param unit of the steps, plural, such as {@code images}
     */
    Task begin(String name, long done, long steps, String unit);

    /** Work of which nothing is done yet. */
    default Task begin(String name, long steps, String unit) {
        return begin(name, 0, steps, unit);
    }

    /** This with the name of a part of the work in front. */
    default Progress named(String part) {
        return (name, done, steps, unit) -> begin(part + ", " + name, done, steps, unit);
    }

    /**
     * This, whose every step is a place to stop: a task throws a {@link CancelledException} as soon
     * as that is asked for.
     */
    default Progress stoppable(BooleanSupplier isAsked) {
        return (name, done, steps, unit) -> {
            Task task = begin(name, done, steps, unit);
            return new Task() {
                @Override
                public void advance(long count) {
                    task.advance(count);
                    if (isAsked.getAsBoolean()) {
                        throw new CancelledException("stopped during " + name);
                    }
                }

                @Override
                public void show(String words) {
                    task.show(words);
                }

                @Override
                public void close() {
                    task.close();
                }
            };
        };
    }

    /** Shows nothing. */
    Progress SILENT =
            (name, done, steps, unit) ->
                    new Task() {
                        @Override
                        public void advance(long count) {}

                        @Override
                        public void show(String words) {}

                        @Override
                        public void close() {}
                    };
}
