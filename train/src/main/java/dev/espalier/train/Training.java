package dev.espalier.train;

import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.Withers;
import dev.espalier.train.loss.LossSettings;
import dev.espalier.train.regime.Regime;
import dev.espalier.train.run.TrainingPlan;

/**
 * Trains the network on the recipe's training data: fine-tuning, or with {@code initialize} from
 * scratch, so that an architecture stored as ONNX can be trained.
 *
 * <p>Takes a classifier whose first output is [N, K], or with {@code loss: {kind: mse}} or {@code
 * l1} a regression whose first output has the shape of the data's float targets. Refuses networks
 * with operators that have no TorchScript form, naming them; initializers that no gradient reaches
 * stay as they are and are listed. The weights after the last epoch are the result.
 */
@PassInfo(
        id = "train",
        summary = "Trains the network on the recipe's data, on from its weights or from scratch.",
        paper = "Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017")
@Withers
public record Training(
        @Option(value = "30", help = "Passes over the training data", min = 0, max = 10000)
                int epochs,
        @Option(value = "0.1", help = "Highest learning rate", min = 0, max = 100)
                double learningRate,
        @Option(value = "false", help = "Whether training starts from fresh random weights")
                boolean initialize,
        @Option(help = "What is minimised") LossSettings loss,
        @Option(help = "How the network is trained") Regime regime)
        implements Pass, TrainingBuilder.With {
    @Override
    public boolean needsData() {
        return true;
    }

    @Override
    public boolean recovers() {
        return epochs > 0;
    }

    /** Training changes no structure. */
    @Override
    public Model preview(Model model, PassContext context) {
        context.note("would train for " + epochs + " epochs");
        return model;
    }

    @Override
    public Model apply(Model model, PassContext context) {
        TrainingPlan plan = new TrainingPlan(epochs, learningRate, regime);
        Trainer trainer = new Trainer(plan, loss.objective(model, context), context);
        return initialize ? trainer.trainFromScratch(model) : trainer.train(model);
    }
}
