package dev.espalier.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.terminal.Terminal;
import dev.espalier.cli.view.Json;
import dev.espalier.cli.view.ProfileView;
import dev.espalier.cli.view.Table;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.internal.profile.MeasuringProfiler;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.MachineProfile;
import dev.espalier.core.profile.Precision;
import dev.espalier.core.profile.ProfileQuestion;
import dev.espalier.internal.input.ProfileStore;
import dev.espalier.quantize.option.Target;
import dev.espalier.runtime.OrtRunner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "profile",
        description = "Measures what layers cost on this machine, once, for passes that ask.",
        footer = {
            "",
            "Steps: widths between multiples of so many channels are hardly cheaper than the next.",
            "Passes measure by themselves what they ask and is not there; this measures the rest."
        })
final class ProfileCommand implements Callable<Integer> {
    private static final int MOST_THREADS = 256;

    private final Espalier root;
    @Mixin private FormatOption format;

    @Option(
            names = "--threads",
            split = ",",
            defaultValue = "1",
            paramLabel = "N",
            description = "Threads of one run, such as 1,2; default ${DEFAULT-VALUE}.")
    private List<Integer> threads;

    @Option(names = "--again", description = "Measure what is known, too.")
    private boolean again;

    @Option(
            names = "--quick",
            description = "Only what shows the steps: one size of map, as many outputs as inputs.")
    private boolean quick;

    ProfileCommand(Espalier root) {
        this.root = root;
    }

    /** What is known of this machine with so many threads. */
    private record Measured(int threads, Path file, MachineProfile profile) {}

    @Override
    public Integer call() {
        for (int count : threads) {
            if (count < 1 || count > MOST_THREADS) {
                throw new InvalidOptionException(
                        "--threads is %s, expected 1 to %s".formatted(count, MOST_THREADS));
            }
        }
        List<ProfileQuestion> questions = PassRegistry.questions();
        List<Measured> measured = new ArrayList<>();
        for (int count : threads) {
            measured.add(measured(count, questions));
        }
        if (format.isTable()) {
            measured.forEach(each -> print(each, questions));
        } else {
            format.print(
                    root.terminal(),
                    () -> {
                        Table times = ProfileView.times();
                        measured.forEach(m -> ProfileView.add(times, m.threads(), m.profile()));
                        return times;
                    },
                    () -> json(measured, questions));
        }
        return ExitCode.DONE;
    }

    private Measured measured(int count, List<ProfileQuestion> questions) {
        ProfileStore store = ProfileStore.ofUser(count, root.terminal()::say);
        if (again) {
            store.clear();
        }
        MeasuringProfiler profiler =
                new MeasuringProfiler(store, root.timer(count), root.progress());
        for (Precision precision : Precision.values()) {
            for (LayerKind kind : LayerKind.values()) {
                if (quick) {
                    profiler.layers(precision, kind);
                } else {
                    profiler.allLayers(precision, kind);
                }
            }
        }
        questions.forEach(profiler::answer);
        profiler.saturates(() -> !Target.addsExactly(new OrtRunner()));
        return new Measured(count, store.file(), profiler.known());
    }

    private void print(Measured measured, List<ProfileQuestion> questions) {
        Terminal terminal = root.terminal();
        terminal.out().println(measured.profile().machine());
        terminal.out().println();
        terminal.printStyled(ProfileView.widths(measured.profile()).text(terminal));
        terminal.out().println();
        terminal.out()
                .println(
                        "Microseconds of a layer with as many outputs as inputs, maps of 32x32, products of 256 rows.");
        terminal.out().println();
        terminal.printStyled(ProfileView.answers(measured.profile(), questions).text(terminal));
        terminal.out().println();
        terminal.out().println("8-bit sums  " + ProfileView.sums(measured.profile()));
        terminal.out().println("kept in     " + measured.file());
    }

    private static ArrayNode json(List<Measured> measured, List<ProfileQuestion> questions) {
        ArrayNode list = Json.object().arrayNode();
        for (Measured each : measured) {
            ObjectNode node = list.addObject().put("threads", each.threads());
            node.put("file", each.file().toString());
            node.setAll(ProfileView.json(each.profile(), questions));
        }
        return list;
    }
}
