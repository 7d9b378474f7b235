package dev.espalier.groupconv;

import dev.espalier.core.data.Seeds;
import dev.espalier.core.pass.Progress;
import dev.espalier.groupconv.structure.Permutation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Looks for the shuffles of several layers of which some sides have one order. With all other
 * orders held, the best order of such channels still is a linear assignment, of the sum of what
 * each side would cost; orders take turns, and the sum of losses never rises. Each layer counts by
 * the share of its norms, so that large weights have no more say.
 *
 * @param search how often it begins, and how often orders take turns
 */
record JointSearch(ShuffleSearch search) {
    /**
     * A layer.
     *
     * @param norms its matrix S
     * @param inputs number of the order of its inputs
     * @param outputs number of the order of its outputs, another one
     */
    record Member(NormMatrix norms, int inputs, int outputs) {}

    /** The best shuffles of all beginnings. */
    List<Shuffle> find(List<Member> members, Progress progress) {
        List<List<Integer>> companies = companies(members);
        long beginnings = (long) companies.size() * search.restarts();
        try (Progress.Task task = progress.begin("search shuffles", beginnings, "beginnings")) {
            return find(members, companies, task);
        }
    }

    private List<Shuffle> find(
            List<Member> members, List<List<Integer>> companies, Progress.Task task) {
        Shuffle[] found = new Shuffle[members.size()];
        for (List<Integer> company : companies) {
            List<Member> some = company.stream().map(members::get).toList();
            List<Shuffle> shuffles =
                    some.size() == 1
                            ? List.of(seeded(company.get(0)).find(some.get(0).norms(), task))
                            : together(some, company.get(0), task);
            for (int i = 0; i < some.size(); i++) {
                found[company.get(i)] = shuffles.get(i);
            }
        }
        return Arrays.asList(found);
    }

    private ShuffleSearch seeded(int number) {
        return new ShuffleSearch(
                search.restarts(),
                search.sweeps(),
                search.power(),
                Seeds.mix(search.seed(), number));
    }

    /** Layers that are coupled by any chain of orders. */
    private static List<List<Integer>> companies(List<Member> members) {
        List<List<Integer>> companies = new ArrayList<>();
        Set<Integer> placed = new LinkedHashSet<>();
        for (int first = 0; first < members.size(); first++) {
            if (!placed.add(first)) {
                continue;
            }
            List<Integer> company = new ArrayList<>(List.of(first));
            for (int i = 0; i < company.size(); i++) {
                Member member = members.get(company.get(i));
                for (int other = 0; other < members.size(); other++) {
                    if (isCoupled(member, members.get(other)) && placed.add(other)) {
                        company.add(other);
                    }
                }
            }
            companies.add(company.stream().sorted().toList());
        }
        return companies;
    }

    private static boolean isCoupled(Member a, Member b) {
        return a.inputs() == b.inputs()
                || a.outputs() == b.outputs()
                || a.inputs() == b.outputs()
                || a.outputs() == b.inputs();
    }

    private List<Shuffle> together(List<Member> members, int number, Progress.Task task) {
        return search.best(
                restart -> {
                    long seed = Seeds.mix(Seeds.mix(search.seed(), number), restart);
                    return refine(members, beginning(members, restart, new Random(seed)));
                },
                shuffles -> loss(members, shuffles),
                task);
    }

    private static List<Shuffle> beginning(List<Member> members, int restart, Random random) {
        Map<Integer, Permutation> orders = new HashMap<>();
        for (Member member : members) {
            NormMatrix norms = member.norms();
            Shuffle own =
                    restart == 0
                            ? Shuffle.none(norms.rows(), norms.columns())
                            : restart % 2 == 1
                                    ? Bisection.of(norms, random)
                                    : ShuffleSearch.random(norms.rows(), norms.columns(), random);
            orders.putIfAbsent(member.outputs(), own.outputs());
            orders.putIfAbsent(member.inputs(), own.inputs());
        }
        return shuffles(members, orders);
    }

    private static List<Shuffle> shuffles(List<Member> members, Map<Integer, Permutation> orders) {
        return members.stream()
                .map(m -> new Shuffle(orders.get(m.outputs()), orders.get(m.inputs())))
                .toList();
    }

    /** Goes on from shuffles that share orders to ones of no greater loss. */
    List<Shuffle> refine(List<Member> members, List<Shuffle> from) {
        Map<Integer, Permutation> orders = new LinkedHashMap<>();
        for (int i = 0; i < members.size(); i++) {
            orders.putIfAbsent(members.get(i).outputs(), from.get(i).outputs());
            orders.putIfAbsent(members.get(i).inputs(), from.get(i).inputs());
        }
        List<Shuffle> shuffles = shuffles(members, orders);
        double loss = loss(members, shuffles);
        for (int sweep = 0; sweep < search.sweeps(); sweep++) {
            for (int order : List.copyOf(orders.keySet())) {
                orders.put(order, best(members, orders, order));
            }
            List<Shuffle> next = shuffles(members, orders);
            double lower = loss(members, next);
            if (!(lower < loss)) {
                break;
            }
            loss = lower;
            shuffles = next;
        }
        return shuffles;
    }

    /**
     * By how much the loss of a layer, as a share of its norms, would fall if its inputs had the
     * order that suits them best while its outputs keep theirs.
     */
    double gain(Member member, Shuffle shuffle) {
        Map<Integer, Permutation> orders =
                new HashMap<>(
                        Map.of(
                                member.inputs(), shuffle.inputs(),
                                member.outputs(), shuffle.outputs()));
        List<Member> alone = List.of(member);
        orders.put(member.inputs(), best(alone, orders, member.inputs()));
        return loss(alone, List.of(shuffle)) - loss(alone, shuffles(alone, orders));
    }

    private Permutation best(List<Member> members, Map<Integer, Permutation> orders, int order) {
        double[][] sum = null;
        for (Member member : members) {
            NormMatrix norms = member.norms();
            CostMatrix cost = CostMatrix.full(norms.rows(), norms.columns(), search.power());
            if (member.outputs() == order) {
                Permutation rows = Permutation.identity(norms.rows());
                NormMatrix ordered = norms.ordered(rows, orders.get(member.inputs()));
                sum = added(sum, cost.rowCosts(ordered), norms.total());
            }
            if (member.inputs() == order) {
                Permutation columns = Permutation.identity(norms.columns());
                NormMatrix ordered = norms.ordered(orders.get(member.outputs()), columns);
                sum = added(sum, cost.transposed().rowCosts(ordered.transposed()), norms.total());
            }
        }
        return SemiAssignment.solve(sum);
    }

    /**
     * Sides of one order may be cut into different numbers of blocks, all of them powers of two; in
     * finer ones each costs what the one costs that it is part of.
     */
    private static double[][] added(double[][] sum, double[][] costs, double total) {
        int own = costs[0].length;
        int others = sum == null ? 1 : sum[0].length;
        int blocks = Math.max(own, others);
        double[][] added = new double[costs.length][blocks];
        for (int channel = 0; channel < added.length; channel++) {
            for (int block = 0; block < blocks; block++) {
                double before = sum == null ? 0 : sum[channel][block * others / blocks];
                double cost = costs[channel][block * own / blocks];
                added[channel][block] = before + (total == 0 ? 0 : cost / total);
            }
        }
        return added;
    }

    /** The sum of each layer's loss as a share of its norms. */
    double loss(List<Member> members, List<Shuffle> shuffles) {
        return IntStream.range(0, members.size())
                .mapToDouble(
                        i -> {
                            NormMatrix norms = members.get(i).norms();
                            double total = norms.total();
                            CostMatrix cost =
                                    CostMatrix.full(norms.rows(), norms.columns(), search.power());
                            return total == 0 ? 0 : cost.loss(shuffles.get(i).order(norms)) / total;
                        })
                .sum();
    }
}
