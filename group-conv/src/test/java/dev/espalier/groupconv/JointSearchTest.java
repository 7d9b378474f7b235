package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.pass.Progress;
import dev.espalier.groupconv.JointSearch.Member;
import dev.espalier.groupconv.structure.Permutation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JointSearchTest {
    private static JointSearch search(int restarts) {
        return new JointSearch(new ShuffleSearch(restarts, ShuffleSearch.SWEEPS, 0.5, 3));
    }

    /** Blocks whose channels are in these orders, and a little noise. */
    private static NormMatrix hidden(Shuffle shuffle, int groups, Random random) {
        int rows = shuffle.outputs().size();
        int columns = shuffle.inputs().size();
        double[] norms = new double[rows * columns];
        for (int i = 0; i < norms.length; i++) {
            boolean block = i / columns / (rows / groups) == i % columns / (columns / groups);
            norms[i] = (block ? 1 : 0) + 0.02 * random.nextDouble();
        }
        return NormMatrix.of(rows, columns, norms)
                .ordered(shuffle.outputs().inverse(), shuffle.inputs().inverse());
    }

    @Test
    void aSharedOrderIsFoundThatSuitsBothLayers() {
        Random random = new Random(4);
        Permutation a = ShuffleSearch.random(16, 16, random).outputs();
        Permutation b = ShuffleSearch.random(16, 16, random).outputs();
        Permutation c = ShuffleSearch.random(32, 32, random).outputs();
        List<Member> members =
                List.of(
                        new Member(hidden(new Shuffle(b, a), 4, random), 0, 1),
                        new Member(hidden(new Shuffle(c, b), 4, random), 1, 2));
        List<Shuffle> found = search(8).find(members, Progress.SILENT);
        assertThat(found.get(0).outputs()).isEqualTo(found.get(1).inputs());
        for (int i = 0; i < 2; i++) {
            assertThat(found.get(i).kept(members.get(i).norms()).get(2)).isGreaterThan(0.95);
        }
    }

    @Test
    void layersOnTheirOwnAreSoughtOnTheirOwn() {
        NormMatrix s = NormMatrix.of(8, 8, new Random(2).doubles(64).toArray());
        NormMatrix t = NormMatrix.of(8, 4, new Random(3).doubles(32).toArray());
        List<Shuffle> found =
                search(4).find(List.of(new Member(s, 0, 1), new Member(t, 2, 3)), Progress.SILENT);
        List<Shuffle> alone = search(4).find(List.of(new Member(s, 5, 7)), Progress.SILENT);
        assertThat(found.get(0)).isEqualTo(alone.get(0));
    }

    @Test
    void theSumOfLossesNeverRises() {
        Random random = new Random(8);
        for (int run = 0; run < 20; run++) {
            List<Member> members = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                double[] norms =
                        random.doubles(64).map(x -> x * x * (1 + random.nextInt(9))).toArray();
                // Two layers in a row, twice, from and to one stream.
                members.add(
                        new Member(
                                NormMatrix.of(8, 8, norms),
                                i % 2 == 0 ? 0 : i,
                                i % 2 == 0 ? i + 1 : 9));
            }
            List<Shuffle> from = members.stream().map(m -> Shuffle.none(8, 8)).toList();
            JointSearch once = new JointSearch(new ShuffleSearch(1, 1, 0.5, 0));
            double loss = once.loss(members, from);
            for (int sweep = 0; sweep < 6; sweep++) {
                from = once.refine(members, from);
                double next = once.loss(members, from);
                assertThat(next).isLessThanOrEqualTo(loss);
                loss = next;
            }
            assertThat(from.get(0).outputs()).isEqualTo(from.get(1).inputs());
            assertThat(from.get(0).inputs()).isEqualTo(from.get(2).inputs());
            assertThat(from.get(1).outputs()).isEqualTo(from.get(3).outputs());
            assertThat(search(8).loss(members, search(8).find(members, Progress.SILENT)))
                    .isLessThanOrEqualTo(
                            once.loss(
                                            members,
                                            List.of(
                                                    Shuffle.none(8, 8),
                                                    Shuffle.none(8, 8),
                                                    Shuffle.none(8, 8),
                                                    Shuffle.none(8, 8)))
                                    + 1e-9);
        }
    }

    @Test
    void layersOfZerosHaveOrdersToo() {
        List<Member> members =
                List.of(
                        new Member(NormMatrix.of(4, 4, new double[16]), 0, 1),
                        new Member(NormMatrix.of(2, 4, 1, 0, 1, 0, 0, 1, 0, 1), 1, 2));
        List<Shuffle> found = search(4).find(members, Progress.SILENT);
        assertThat(search(4).loss(members, found)).isCloseTo(0, within(1e-12));
    }
}
