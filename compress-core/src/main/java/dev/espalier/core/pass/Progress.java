package dev.espalier.core.pass;

/** Shows how far long work is, with the time left. */
public interface Progress {
    /** Work of a known number of steps; closed when it ends. */
    interface Task extends AutoCloseable {
        void advance(long steps);

        /** A few words behind the bar, such as the current loss; replaces the words before. */
        void show(String words);

        @Override
        void close();
    }

    /**
     * @param name of the work, in a few words
     * @param unit of its steps, plural, such as {@code images}
     */
    Task begin(String name, long steps, String unit);

    /** Shows nothing. */
    Progress SILENT =
            (name, steps, unit) ->
                    new Task() {
                        @Override
                        public void advance(long count) {}

                        @Override
                        public void show(String words) {}

                        @Override
                        public void close() {}
                    };
}
