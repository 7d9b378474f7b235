package dev.espalier.prune;

import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Chooses how many channels each group loses, and which: those of least importance. */
final class Selection {
    /** A group while its width is being chosen. */
    private static final class Candidate {
        final ChannelGroup group;
        final Ladder ladder;
        final Integer[] order;

        /** What is lost in all with the first i channels of {@link #order} gone. */
        final double[] lost;

        int kept;

        Candidate(ChannelGroup group, Ladder ladder, double[] scores, int producers) {
            this.group = group;
            this.ladder = ladder;
            this.kept = group.size();
            this.order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
            Arrays.sort(order, Comparator.comparingDouble((Integer channel) -> scores[channel]));
            double sum = Arrays.stream(scores).sum();
            lost = new double[scores.length];
            double gone = 0;
            for (int i = 1; i < lost.length && sum > 0; i++) {
                gone += scores[order[i - 1]];
                lost[i] = -producers * Math.log(Math.max(1 - gone / sum, Double.MIN_NORMAL));
            }
        }

        double lostBy(int width) {
            return lost[group.size() - width] - lost[group.size() - kept];
        }

        BitSet removed() {
            BitSet channels = new BitSet();
            Arrays.stream(order).limit(group.size() - kept).forEach(channels::set);
            return channels;
        }
    }

    private final NetworkMacs macs;
    private final List<Candidate> candidates = new ArrayList<>();

    Selection(ChannelGroups groups, int roundTo) {
        macs = new NetworkMacs(groups);
        Importance importance = new Importance(groups);
        for (ChannelGroup group : groups.groups()) {
            Ladder ladder = Ladder.of(groups, group, roundTo);
            candidates.add(
                    new Candidate(
                            group, ladder, importance.of(group), importance.mixingLayers(group)));
        }
    }

    long macs() {
        return macs.total();
    }

    /** Fewest operations that the allowed widths can reach. */
    long leastMacs() {
        List<Integer> kept = candidates.stream().map(c -> c.kept).toList();
        candidates.forEach(candidate -> narrow(candidate, candidate.ladder.lowest()));
        long least = macs.total();
        for (int i = 0; i < kept.size(); i++) {
            narrow(candidates.get(i), kept.get(i));
        }
        return least;
    }

    /**
     * Narrows groups until at most {@code budget} operations are left. A step of a group from
     * summed importance s to s' is taken to cost {@code p log(s / s')} with p layers that make the
     * group's channels: halving a layer costs the same however wide it is, so that none is worn
     * down to nothing while others stay whole. The step that saves most for its cost goes first.
     */
    void narrowGlobally(long budget) {
        Map<Candidate, Double> gains = new LinkedHashMap<>();
        candidates.forEach(candidate -> gains.put(candidate, gain(candidate)));
        while (macs.total() > budget) {
            Candidate best =
                    candidates.stream().max(Comparator.comparingDouble(gains::get)).orElseThrow();
            if (gains.get(best) <= 0) {
                break;
            }
            narrow(best, best.ladder.below(best.kept));
            for (Candidate other : candidates) {
                if (macs.meet(best.group, other.group)) {
                    gains.put(other, gain(other));
                }
            }
        }
        giveBack(budget);
    }

    /** Widens what large steps made narrower than needed, most importance first. */
    private void giveBack(long budget) {
        while (true) {
            Candidate best = null;
            double most = 0;
            for (Candidate candidate : candidates) {
                int width = candidate.ladder.above(candidate.kept);
                double regained = candidate.lostBy(candidate.kept) - candidate.lostBy(width);
                if (regained > most
                        && macs.total() - macs.saved(candidate.group, candidate.kept - width)
                                <= budget) {
                    best = candidate;
                    most = regained;
                }
            }
            if (best == null) {
                return;
            }
            narrow(best, best.ladder.above(best.kept));
        }
    }

    /** Operations saved for each unit of importance lost by a group's next step. */
    private double gain(Candidate candidate) {
        int width = candidate.ladder.below(candidate.kept);
        if (width == 0) {
            return 0;
        }
        long saved = macs.saved(candidate.group, candidate.kept - width);
        return saved / Math.max(candidate.lostBy(width), Double.MIN_NORMAL);
    }

    /**
     * Narrows all groups to about the largest common part of their widths that meets the budget.
     */
    void narrowUniformly(long budget) {
        double low = 0;
        double high = 1;
        // 20 halvings tell apart the widths of any layer up to a million channels.
        for (int i = 0; i < 20; i++) {
            double middle = (low + high) / 2;
            keepPart(middle);
            if (macs.total() <= budget) {
                low = middle;
            } else {
                high = middle;
            }
        }
        keepPart(low);
        giveBack(budget);
    }

    private void keepPart(double part) {
        for (Candidate candidate : candidates) {
            narrow(candidate, candidate.ladder.nearest(part * candidate.group.size()));
        }
    }

    private void narrow(Candidate candidate, int width) {
        macs.remove(candidate.group, candidate.kept - width);
        candidate.kept = width;
    }

    /** The channels to remove from each group that loses any. */
    Map<ChannelGroup, BitSet> removed() {
        Map<ChannelGroup, BitSet> removed = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            if (candidate.kept < candidate.group.size()) {
                removed.put(candidate.group, candidate.removed());
            }
        }
        return removed;
    }
}
