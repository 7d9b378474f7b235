package dev.espalier.core.analysis;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the stages of a network on images end: the values [N, C, H, W] that a strided operator
 * makes smaller, and the one that is at last reduced to a vector.
 *
 * <pre>
 *   x ─► conv ─► [32x32] ─► conv/2 ─► [16x16] ─► conv/2 ─► [8x8] ─► mean ─► gemm
 *                   └── end              └── end              └── end
 * </pre>
 *
 * <p>There is one for each resolution: of several values of one resolution that become smaller, the
 * first counts, which is the one that enters the next stage. Reductions to a vector beside the main
 * path, as in squeeze and excitation, end no stage.
 */
public final class StageEnds {
    private static final int RANK = 4;

    private StageEnds() {}

    /**
     * The names of these values, in the order in which the network computes them.
     *
     * @param shapes with every dimension fixed
     */
    public static List<String> of(Model model, ShapeInference shapes) {
        Graph graph = model.graph();
        Map<List<Long>, String> strided = new LinkedHashMap<>();
        Map<List<Long>, String> pooled = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            String from = node.input(0);
            String to = node.output(0);
            if (graph.producer(from).isPresent() && isMap(from, shapes) && isFloat(to, shapes)) {
                Shape before = shapes.shape(from);
                Shape after = shapes.shape(to);
                List<Long> resolution = List.of(before.size(2), before.size(3));
                if (before.size(2) * before.size(3) == 1) {
                    continue;
                }
                if (after.rank() != RANK || after.size(2) * after.size(3) == 1) {
                    pooled.remove(resolution);
                    pooled.put(resolution, from);
                } else if (isHalf(before, after, 2) && isHalf(before, after, 3)) {
                    strided.putIfAbsent(resolution, from);
                }
            }
        }
        List<String> ends = new ArrayList<>(strided.values());
        pooled.forEach(
                (resolution, value) -> {
                    if (!strided.containsKey(resolution)) {
                        ends.add(value);
                    }
                });
        return ends;
    }

    private static boolean isHalf(Shape before, Shape after, int axis) {
        return 2 * after.size(axis) <= before.size(axis) + 1;
    }

    private static boolean isMap(String value, ShapeInference shapes) {
        return isFloat(value, shapes) && shapes.shape(value).rank() == RANK;
    }

    private static boolean isFloat(String value, ShapeInference shapes) {
        return shapes.type(value)
                .filter(type -> type.dataType() == DataType.FLOAT && type.shape().isFixed())
                .isPresent();
    }
}
