package dev.espalier.core.metric;

/**
 * A figure that says how good a model's outputs are. Recipes name it by its id under {@code
 * metrics} and in goals. Implementations have a constructor without parameters, are listed in
 * {@code META-INF/services/dev.espalier.core.metric.Metric} and found by {@link
 * java.util.ServiceLoader}.
 */
public interface Metric {
    /** What a metric compares outputs with. */
    enum Needs {
        /** Nothing: the outputs speak for themselves. */
        NOTHING("nothing"),
        /** The class of each example. */
        LABELS("class labels"),
        /** What the first output shall be. */
        TARGETS("float targets"),
        /** What the original model gives for the same examples. */
        ORIGINAL("the original model");

        private final String words;

        Needs(String words) {
            this.words = words;
        }

        /** As messages call it. */
        public String words() {
            return words;
        }
    }

    /** Takes one model's outputs, batch by batch in the order of the examples; one thread's. */
    interface Tally {
        /**
         * @throws dev.espalier.core.DataException where outputs and labels or targets do not go
         *     together
         */
        void add(OutputBatch batch);

        /** The figure over all batches so far, of which there is one at least. */
        double value();
    }

    /** Its name in recipes and reports: lower-case words joined by hyphens, unlike all others. */
    String id();

    /** Whether a higher figure is a better one. */
    boolean isHigherBetter();

    /** Whether it goes from 0 to 1, so that reports show it in percent. */
    boolean isRatio();

    /** What every batch must bring besides outputs. */
    Needs needs();

    /** Begins to judge one model. */
    Tally begin();
}
