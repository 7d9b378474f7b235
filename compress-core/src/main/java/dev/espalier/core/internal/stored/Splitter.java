package dev.espalier.core.internal.stored;

import dev.espalier.core.data.BatchStream;
import dev.espalier.core.data.DataConfig;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Splits examples so that no two parts share one and every class keeps its share in each. */
public final class Splitter {
    /** Of data without a test part; also where a recipe holds nothing out for validation. */
    private static final double TEST_FRACTION = 0.1;

    /** The same for every recipe, so that what is tested on was never trained on by another. */
    private static final long TEST_SEED = 0x7e57L;

    private Splitter() {}

    public static DataSplits split(Parts parts, DataConfig config, long seed) {
        ExampleSource source = parts.training();
        int[] rest = all(source.size());
        Dataset test;
        if (parts.test().isPresent()) {
            test = whole(parts.test().get(), parts);
        } else {
            int[] held = choose(source, rest, count(rest, TEST_FRACTION), TEST_SEED);
            test = dataset(source, held, parts);
            rest = without(rest, held);
        }
        Dataset validation;
        if (parts.validation().isPresent()) {
            validation = whole(parts.validation().get(), parts);
        } else {
            int count = count(rest, config.validationFraction());
            int[] held = choose(source, rest, count, Seeds.mix(seed, 1));
            validation = dataset(source, held, parts);
            rest = without(rest, held);
        }
        int samples = Math.min(config.calibrationSamples(), rest.length);
        int[] calibration = choose(source, rest, samples, Seeds.mix(seed, 2));
        return new DataSplits(
                dataset(source, rest, parts),
                dataset(source, calibration, parts),
                validation,
                test);
    }

    private static Dataset whole(ExampleSource source, Parts parts) {
        return dataset(source, all(source.size()), parts);
    }

    /** A part has labels on all examples or on none. */
    private static Dataset dataset(ExampleSource source, int[] chosen, Parts parts) {
        boolean labelled = source.size() > 0 && source.label(0) >= 0;
        return new StoredDataset(source, chosen, labelled ? parts.classes() : 0);
    }

    private static int[] all(int size) {
        return java.util.stream.IntStream.range(0, size).toArray();
    }

    /** Rounded to the nearest; at least one of what is not 0, and never all. */
    private static int count(int[] from, double fraction) {
        if (fraction == 0 || from.length < 2) {
            return 0;
        }
        return (int) Math.max(1, Math.min(from.length - 1, Math.round(fraction * from.length)));
    }

    /**
     * {@code count} of {@code from}, ascending. Every class gives its share of them, rounded down;
     * what is missing then comes from the classes with the largest remainders.
     */
    static int[] choose(ExampleSource source, int[] from, int count, long seed) {
        Map<Integer, List<Integer>> byClass = new TreeMap<>();
        for (int index : from) {
            byClass.computeIfAbsent(source.label(index), label -> new ArrayList<>()).add(index);
        }
        Map<Integer, Integer> quotas = quotas(byClass, count, from.length);
        List<Integer> chosen = new ArrayList<>(count);
        byClass.forEach(
                (label, members) -> {
                    int[] order = members.stream().mapToInt(Integer::intValue).toArray();
                    BatchStream.shuffle(order, new SplittableRandom(Seeds.mix(seed, label)));
                    Arrays.stream(order).limit(quotas.get(label)).forEach(chosen::add);
                });
        return chosen.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    private static Map<Integer, Integer> quotas(
            Map<Integer, List<Integer>> byClass, int count, int total) {
        Map<Integer, Integer> quotas = new TreeMap<>();
        List<Integer> classes = new ArrayList<>(byClass.keySet());
        int missing = count;
        for (int label : classes) {
            int quota = (int) ((long) byClass.get(label).size() * count / total);
            quotas.put(label, quota);
            missing -= quota;
        }
        classes.sort(
                Comparator.comparingLong(
                        label -> -((long) byClass.get(label).size() * count % total)));
        for (int i = 0; i < missing; i++) {
            quotas.merge(classes.get(i), 1, Integer::sum);
        }
        return quotas;
    }

    private static int[] without(int[] from, int[] removedAscending) {
        return Arrays.stream(from)
                .filter(index -> Arrays.binarySearch(removedAscending, index) < 0)
                .toArray();
    }
}
