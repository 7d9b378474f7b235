package dev.espalier.benchmarks;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.BatchStream;
import dev.espalier.core.data.Batching;
import dev.espalier.core.data.Dataset;
import java.util.List;

/**
 * ResNet-20 trained as DJL's own examples do: blocks of eager operations, DJL's loss, gradient
 * collector and optimizer, float32. What Espalier's trainer is compared with.
 */
final class PlainDjlTraining implements AutoCloseable {
    private final Model model;
    private final Trainer trainer;

    PlainDjlTraining(int batch) {
        System.setProperty("ai.djl.offline", "true");
        model = Model.newInstance("plain", "PyTorch");
        model.setBlock(resnet20());
        Optimizer sgd =
                Optimizer.sgd()
                        .setLearningRateTracker(Tracker.fixed(0.1f))
                        .optMomentum(0.9f)
                        .optWeightDecays(5e-4f)
                        .build();
        trainer =
                model.newTrainer(
                        new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                                .optOptimizer(sgd));
        trainer.initialize(new Shape(batch, 3, 32, 32));
    }

    private static Block resnet20() {
        SequentialBlock network = new SequentialBlock();
        network.add(conv(16, 3, 1)).add(BatchNorm.builder().build()).add(Activation.reluBlock());
        for (int stage = 0; stage < 3; stage++) {
            for (int block = 0; block < 3; block++) {
                network.add(residual(16 << stage, stage > 0 && block == 0 ? 2 : 1));
            }
        }
        return network.add(Pool.globalAvgPool2dBlock())
                .add(Blocks.batchFlattenBlock())
                .add(Linear.builder().setUnits(10).build());
    }

    private static Block conv(int filters, int kernel, int stride) {
        return Conv2d.builder()
                .setFilters(filters)
                .setKernelShape(new Shape(kernel, kernel))
                .optStride(new Shape(stride, stride))
                .optPadding(new Shape(kernel / 2, kernel / 2))
                .optBias(false)
                .build();
    }

    private static Block residual(int filters, int stride) {
        Block main =
                new SequentialBlock()
                        .add(conv(filters, 3, stride))
                        .add(BatchNorm.builder().build())
                        .add(Activation.reluBlock())
                        .add(conv(filters, 3, 1))
                        .add(BatchNorm.builder().build());
        Block shortcut =
                stride == 1
                        ? Blocks.identityBlock()
                        : new SequentialBlock()
                                .add(conv(filters, 1, stride))
                                .add(BatchNorm.builder().build());
        return new ParallelBlock(
                results ->
                        new NDList(
                                Activation.relu(
                                        results.get(0)
                                                .singletonOrThrow()
                                                .add(results.get(1).singletonOrThrow()))),
                List.of(main, shortcut));
    }

    /** Trains for one epoch; the images a second, optimizer and augmentation included. */
    double epoch(Dataset data, int batch, Augmentation augmentation, int epoch) {
        Batching batching = Batching.training(batch, augmentation, 17);
        long start = System.nanoTime();
        int images = 0;
        try (BatchStream batches = BatchStream.open(data, batching, epoch)) {
            while (batches.hasNext()) {
                Batch examples = batches.next();
                step(examples);
                batches.recycle(examples);
                images += examples.size();
            }
        }
        return images / ((System.nanoTime() - start) / 1e9);
    }

    private void step(Batch examples) {
        try (NDManager scope = trainer.getManager().newSubManager()) {
            NDArray x =
                    scope.create(
                            examples.inputs().values().iterator().next().bytes(),
                            new Shape(examples.size(), 3, 32, 32),
                            DataType.FLOAT32);
            NDArray labels = scope.create(examples.labels()).toType(DataType.INT64, false);
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDList scores = trainer.forward(new NDList(x));
                NDArray loss = trainer.getLoss().evaluate(new NDList(labels), scores);
                collector.backward(loss);
                scores.close();
                loss.close();
            }
            trainer.step();
        }
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}
