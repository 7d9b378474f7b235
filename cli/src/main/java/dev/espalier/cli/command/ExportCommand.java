package dev.espalier.cli.command;

import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.report.Figures;
import dev.espalier.input.ModelFile;
import dev.espalier.internal.output.OutputFile;
import dev.espalier.train.program.TorchFile;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = "Writes a model in the format of another runtime, and checks the file.",
        footer = {
            "",
            "A TorchScript file is what torch.jit.load and DJL read. It takes the inputs",
            "by position and gives a tensor, or a tuple where there are several outputs.",
            "It is for inference: the module's train() and eval() change nothing. It is",
            "written only where LibTorch's outputs agree with ONNX Runtime's on random",
            "inputs, to 1e-4 of their scale."
        })
final class ExportCommand implements Callable<Integer> {
    /** What models are written as. */
    enum Target {
        TORCHSCRIPT("pt");

        private final String ending;

        Target(String ending) {
            this.ending = ending;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Espalier root;
    @Mixin private ShapesOption shapes;

    @Parameters(paramLabel = "MODEL", description = "An ONNX file.")
    private Path file;

    @Option(
            names = "--format",
            required = true,
            paramLabel = "FORMAT",
            description = "What to write: ${COMPLETION-CANDIDATES}.")
    private Target target;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Where to; beside the model, under its name with the format's ending, if left"
                            + " out.")
    private Optional<Path> out;

    ExportCommand(Espalier root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        ModelFile read = ModelFile.read(file);
        Path written = out.orElseGet(() -> besideModel());
        OutputFile.requireNew(written);
        TorchFile torch = read.use(() -> torchScript(read.model()));
        byte[] bytes = torch.bytes();
        OutputFile.writeNew(written, bytes);
        root.terminal()
                .say(
                        String.format(
                                Locale.ROOT,
                                "agrees with ONNX Runtime on random inputs: largest difference %.1e"
                                        + " of the scale",
                                torch.largestDifference()));
        root.terminal()
                .say(
                        "wrote %s, %s, which takes %s"
                                .formatted(
                                        written,
                                        Figures.bytes(bytes.length),
                                        torch.isBatchOpen()
                                                ? "batches of any size"
                                                : "batches of one size only: the model declares"
                                                        + " it or computes with it"));
        return ExitCode.DONE;
    }

    private TorchFile torchScript(Model model) {
        return TorchFile.of(
                model,
                PassContext.of(model)
                        .withRunner(root.foreignModels().runner())
                        .withInputShapes(shapes.withBatch(1)));
    }

    private Path besideModel() {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return file.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + "." + target.ending);
    }
}
