package dev.espalier.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import java.util.List;

/** The measured networks as DJL's own blocks, whose every operation is a native call. */
final class PlainNetworks {
    private PlainNetworks() {}

    /** The network whose name a file's name begins with. */
    static Block named(String file) {
        if (file.startsWith("mobilenet_v2")) {
            return mobileNetV2();
        }
        if (file.startsWith("resnet18")) {
            return resnet18();
        }
        throw new IllegalArgumentException(
                file + " is not known here, only resnet18… and mobilenet_v2…");
    }

    /** He et al. 2016, section 4.2, n = 3, for images of 32 by 32. */
    static Block resnet20() {
        SequentialBlock network = convolved(16, 3, 1).add(Activation.reluBlock());
        for (int stage = 0; stage < 3; stage++) {
            for (int block = 0; block < 3; block++) {
                network.add(residual(stage == 0 ? 16 : 8 << stage, 16 << stage, block > 0));
            }
        }
        return classified(network, 10);
    }

    /** He et al. 2016, table 1, for images of 224 by 224. */
    private static Block resnet18() {
        SequentialBlock network =
                convolved(64, 7, 2)
                        .add(Activation.reluBlock())
                        .add(Pool.maxPool2dBlock(square(3), square(2), square(1)));
        for (int stage = 0; stage < 4; stage++) {
            for (int block = 0; block < 2; block++) {
                network.add(residual(stage == 0 ? 64 : 32 << stage, 64 << stage, block > 0));
            }
        }
        return classified(network, 1000);
    }

    /** Sandler et al. 2018, table 2, for images of 224 by 224. */
    private static Block mobileNetV2() {
        int[][] rows = {
            {1, 16, 1, 1},
            {6, 24, 2, 2},
            {6, 32, 3, 2},
            {6, 64, 4, 2},
            {6, 96, 3, 1},
            {6, 160, 3, 2},
            {6, 320, 1, 1}
        };
        SequentialBlock network = convolved(32, 3, 2).add(Activation.relu6Block());
        int channels = 32;
        for (int[] row : rows) {
            for (int repeat = 0; repeat < row[2]; repeat++) {
                network.add(inverted(channels, row[1], row[0], repeat == 0 ? row[3] : 1));
                channels = row[1];
            }
        }
        network.add(convolved(1280, 1, 1)).add(Activation.relu6Block());
        return network.add(Pool.globalAvgPool2dBlock())
                .add(Blocks.batchFlattenBlock())
                .add(Dropout.builder().optRate(0.2f).build())
                .add(Linear.builder().setUnits(1000).build());
    }

    private static Block classified(SequentialBlock features, int classes) {
        return features.add(Pool.globalAvgPool2dBlock())
                .add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(classes).build());
    }

    private static Shape square(int side) {
        return new Shape(side, side);
    }

    private static SequentialBlock convolved(int filters, int kernel, int stride) {
        return convolved(filters, kernel, stride, 1);
    }

    private static SequentialBlock convolved(int filters, int kernel, int stride, int groups) {
        return new SequentialBlock()
                .add(
                        Conv2d.builder()
                                .setFilters(filters)
                                .setKernelShape(square(kernel))
                                .optStride(square(stride))
                                .optPadding(square(kernel / 2))
                                .optGroups(groups)
                                .optBias(false)
                                .build())
                .add(BatchNorm.builder().build());
    }

    private static Block residual(int inputs, int filters, boolean inner) {
        int stride = inner || inputs == filters ? 1 : 2;
        SequentialBlock main =
                convolved(filters, 3, stride)
                        .add(Activation.reluBlock())
                        .add(convolved(filters, 3, 1));
        Block shortcut = stride == 1 ? Blocks.identityBlock() : convolved(filters, 1, stride);
        return new ParallelBlock(
                results -> new NDList(Activation.relu(sum(results))), List.of(main, shortcut));
    }

    private static Block inverted(int inputs, int filters, int expansion, int stride) {
        int hidden = inputs * expansion;
        SequentialBlock main = new SequentialBlock();
        if (expansion > 1) {
            main.add(convolved(hidden, 1, 1)).add(Activation.relu6Block());
        }
        main.add(convolved(hidden, 3, stride, hidden))
                .add(Activation.relu6Block())
                .add(convolved(filters, 1, 1));
        return stride == 1 && inputs == filters
                ? new ParallelBlock(
                        results -> new NDList(sum(results)), List.of(main, Blocks.identityBlock()))
                : main;
    }

    private static NDArray sum(List<NDList> results) {
        return results.get(0).singletonOrThrow().add(results.get(1).singletonOrThrow());
    }
}
