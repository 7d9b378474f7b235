package dev.espalier.benchmarks;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
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

/**
 * A network trained as DJL's own examples do: blocks of eager operations, DJL's loss, gradient
 * collector and optimizer, float32. What Espalier's trainer is compared with.
 */
final class PlainDjlTraining implements AutoCloseable {
    private final Model model;
    private final Trainer trainer;
    private final Shape images;

    /**
     * @param images the shape of a batch, [N, C, H, W]
     */
    PlainDjlTraining(Block network, Shape images) {
        this.images = images;
        System.setProperty("ai.djl.offline", "true");
        model = Model.newInstance("plain", "PyTorch");
        model.setBlock(network);
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
        trainer.initialize(images);
    }

    /** Trains for one epoch; the images a second, optimizer and augmentation included. */
    double epoch(Dataset data, Augmentation augmentation, int epoch) {
        Batching batching = Batching.training((int) images.get(0), augmentation, 17);
        long start = System.nanoTime();
        int trained = 0;
        try (BatchStream batches = BatchStream.open(data, batching, epoch)) {
            while (batches.hasNext()) {
                Batch examples = batches.next();
                step(examples);
                batches.recycle(examples);
                trained += examples.size();
            }
        }
        return trained / ((System.nanoTime() - start) / 1e9);
    }

    private void step(Batch examples) {
        try (NDManager scope = trainer.getManager().newSubManager()) {
            NDArray x =
                    scope.create(
                            examples.inputs().values().iterator().next().bytes(),
                            new Shape(examples.size()).addAll(images.slice(1)),
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
