package dev.espalier.quantize;

import java.util.HashMap;
import java.util.Map;

/**
 * The ranges that are chosen for values seen while calibrating, and the grids over them.
 *
 * @param seen by value; grows as more is watched
 */
record CalibratedRanges(Quantize options, Map<String, Observer> seen) {
    private boolean isSymmetric() {
        return options.integers().activations().isSymmetric();
    }

    /** Of one value that was watched. */
    Range of(String value) {
        return of(seen.get(value));
    }

    private Range of(Observer observer) {
        Histogram histogram = observer.histogram();
        if (histogram.isEmpty()) {
            return new Range(0, 0);
        }
        return switch (options.calibration()) {
            case MIN_MAX -> histogram.minMax();
            case AVERAGE -> observer.average();
            case PERCENTILE -> histogram.percentile(options.percentile() / 100);
            case ENTROPY -> new RangeSearch(histogram, isSymmetric()).entropy();
            case MSE -> new RangeSearch(histogram, isSymmetric()).leastSquares();
        };
    }

    /** What grids have to cover, by group. All that {@code placement} wants to know was watched. */
    Map<String, Range> ofGroups(Placement placement) {
        Map<String, Observer> groups = new HashMap<>();
        placement
                .watched()
                .forEach(
                        (value, group) ->
                                groups.computeIfAbsent(group, g -> new Observer())
                                        .add(seen.get(value)));
        Map<String, Range> ranges = new HashMap<>();
        groups.forEach(
                (group, observer) ->
                        ranges.put(group, placement.grouping().limit(group).applyTo(of(observer))));
        return ranges;
    }

    Grid grid(Range range) {
        return isSymmetric() ? Grid.symmetric(range) : Grid.over(range);
    }
}
