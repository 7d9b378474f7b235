package dev.espalier.quantize.internal.placement;

import dev.espalier.quantize.internal.calibration.Observations;
import dev.espalier.quantize.internal.calibration.Observer;
import dev.espalier.quantize.internal.grid.Grid;
import dev.espalier.quantize.internal.grid.Histogram;
import dev.espalier.quantize.internal.grid.RangeSearch;
import dev.espalier.quantize.internal.grid.ValueRange;
import dev.espalier.quantize.option.Calibration;
import java.util.HashMap;
import java.util.Map;

/**
 * The ranges that are chosen for values seen while calibrating, and the grids over them.
 *
 * @param choice how a range is chosen from what was seen
 * @param percentile of values kept, 0 to 100, where that is the choice
 * @param isSymmetric whether grids have zero in their middle
 * @param seen has been asked to watch all values whose ranges are wanted
 */
public record CalibratedRanges(
        Calibration choice, double percentile, boolean isSymmetric, Observations seen) {
    /** Of one value that was watched. */
    ValueRange of(String value) {
        return of(seen.of(value));
    }

    private ValueRange of(Observer observer) {
        Histogram histogram = observer.histogram();
        if (histogram.isEmpty()) {
            return new ValueRange(0, 0);
        }
        return switch (choice) {
            case MIN_MAX -> histogram.minMax();
            case AVERAGE -> observer.average();
            case PERCENTILE -> histogram.percentile(percentile / 100);
            case ENTROPY -> new RangeSearch(histogram, isSymmetric).entropy();
            case MSE -> new RangeSearch(histogram, isSymmetric).leastSquares();
        };
    }

    /** What grids have to cover, by group. All that {@code placement} wants to know was watched. */
    public Map<String, ValueRange> ofGroups(Placement placement) {
        Map<String, Observer> groups = new HashMap<>();
        placement
                .watched()
                .forEach(
                        (value, group) ->
                                groups.computeIfAbsent(group, g -> new Observer())
                                        .add(seen.of(value)));
        Map<String, ValueRange> ranges = new HashMap<>();
        groups.forEach(
                (group, observer) ->
                        ranges.put(group, placement.grouping().limit(group).applyTo(of(observer))));
        return ranges;
    }

    public Grid grid(ValueRange range) {
        return isSymmetric ? Grid.symmetric(range) : Grid.over(range);
    }
}
