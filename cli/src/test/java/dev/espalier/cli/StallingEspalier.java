package dev.espalier.cli;

import dev.espalier.ForeignModels;
import dev.espalier.benchmarks.Latency;
import dev.espalier.benchmarks.LatencyPlan;
import dev.espalier.cli.command.Espalier;
import dev.espalier.cli.terminal.Cancellation;
import dev.espalier.cli.terminal.Terminal;
import dev.espalier.testkit.disk.FailingDisk;
import dev.espalier.testkit.disk.FailingDisk.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Espalier in a process that waits before one operation on files, to be killed there; it measures
 * latency more briefly than anybody should. Needs the failing disk as its default file system.
 */
final class StallingEspalier {
    private StallingEspalier() {}

    /**
     * @param args folder to watch, number of the operation, what the first counted one's line
     *     contains, and the command line
     */
    public static void main(String[] args) throws IOException {
        FailingDisk disk = FailingDisk.ofDefault(Path.of(args[0]));
        disk.armAfter(args[2], Fault.STALL, Integer.parseInt(args[1]));
        Terminal terminal = Terminal.of(System.out, System.err, System.getenv());
        Espalier root =
                new Espalier(
                        terminal,
                        new Cancellation(),
                        (models, plan, progress) -> Latency.measure(models, brief(plan), progress),
                        new ForeignModels());
        int code = Main.run(root, Arrays.copyOfRange(args, 3, args.length));
        System.err.println(disk.operations().size() + " operations");
        System.exit(code);
    }

    /** One fork that hardly measures. */
    static LatencyPlan brief(LatencyPlan plan) {
        return new LatencyPlan(
                plan.threads(),
                plan.batches(),
                new LatencyPlan.Effort(1, 2, 1, 0),
                plan.inputShapes(),
                plan.seed());
    }
}
