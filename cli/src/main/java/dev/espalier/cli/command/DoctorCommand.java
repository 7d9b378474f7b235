package dev.espalier.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.view.Json;
import dev.espalier.cli.view.Table;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.profile.MachineProfile;
import dev.espalier.core.report.Machine;
import dev.espalier.internal.input.ProfileStore;
import dev.espalier.internal.input.Versions;
import dev.espalier.runtime.OrtNatives;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Looks at what is there without loading any native library, so that it answers at once and cannot
 * crash on a machine where one of them would.
 */
@Command(
        name = "doctor",
        description = "Tells what of this machine and installation will and will not work.")
final class DoctorCommand implements Callable<Integer> {
    private static final long LITTLE_MEMORY_MIB = 1024;

    private final Espalier root;
    @Mixin private FormatOption format;

    DoctorCommand(Espalier root) {
        this.root = root;
    }

    /** One thing looked at: {@code ok}, {@code slow} or {@code missing}, and what it means. */
    private record Finding(String what, String found, String state, String meaning) {}

    @Override
    public Integer call() {
        Machine machine = Machine.current();
        List<Finding> findings = new ArrayList<>();
        findings.add(new Finding("Espalier", Versions.espalier(), "ok", ""));
        findings.add(new Finding("JDK", machine.jdk(), "ok", ""));
        findings.add(memory());
        findings.add(new Finding("system", machine.os(), "ok", ""));
        findings.add(
                new Finding("processor", machine.cpu(), "ok", machine.cores() + " cores for us"));
        findings.add(int8(machine));
        findings.add(bfloat16(machine));
        findings.add(onnxRuntime());
        findings.add(nativeFolder());
        findings.add(torch());
        findings.add(profile());
        findings.add(passes());
        format.print(
                root.terminal(),
                () -> {
                    Table table = new Table("what", "state", "found", "meaning");
                    findings.forEach(f -> table.row(f.what, f.state, f.found, f.meaning));
                    return table;
                },
                () -> json(findings));
        return ExitCode.DONE;
    }

    private static ArrayNode json(List<Finding> findings) {
        ArrayNode list = Json.object().arrayNode();
        for (Finding finding : findings) {
            ObjectNode node = list.addObject().put("what", finding.what);
            node.put("state", finding.state).put("found", finding.found);
            node.put("meaning", finding.meaning);
        }
        return list;
    }

    private static Finding memory() {
        long mebibytes = Runtime.getRuntime().maxMemory() >> 20;
        return new Finding(
                "heap",
                mebibytes + " MiB",
                mebibytes < LITTLE_MEMORY_MIB ? "slow" : "ok",
                mebibytes < LITTLE_MEMORY_MIB
                        ? "large models need more: ESPALIER_JAVA_OPTS=-Xmx4g"
                        : "");
    }

    private static Finding int8(Machine machine) {
        boolean dot = machine.hasDotProduct();
        return new Finding(
                "8-bit arithmetic",
                dot ? "dot-product instructions" : "none known",
                dot ? "ok" : "slow",
                dot
                        ? ""
                        : "int8 models gain less speed here, and sums of foreign ones may saturate;"
                                + " 'inspect' says whether they can");
    }

    private static Finding bfloat16(Machine machine) {
        List<String> flags = machine.cpuFlags();
        boolean there =
                flags.contains("avx512_bf16")
                        || flags.contains("amx_bf16")
                        || flags.contains("bf16");
        return new Finding(
                "bfloat16",
                there ? "instructions" : "none",
                there ? "ok" : "slow",
                there ? "" : "training runs in float32, at about half the speed");
    }

    private static Finding onnxRuntime() {
        boolean there = OrtNatives.areIncluded();
        return new Finding(
                "ONNX Runtime",
                Versions.pinned("onnxruntime"),
                there ? "ok" : "missing",
                there
                        ? "models can be run, measured and proved"
                        : "no native library for "
                                + OrtNatives.platform()
                                + ": only inspect and plan work");
    }

    private static Finding nativeFolder() {
        Optional<Path> folder = OrtNatives.folder();
        String meaning =
                folder.isEmpty()
                        ? "every process unpacks them anew"
                        : Files.isDirectory(folder.get()) ? "" : "unpacked there at the first use";
        return new Finding(
                "ONNX Runtime libraries",
                folder.map(Path::toString).orElse("the temporary folder"),
                "ok",
                meaning);
    }

    private static Finding torch() {
        String folder = "/pytorch/cpu/" + torchPlatform() + "/";
        boolean there =
                has(folder + "libtorch_cpu.so")
                        || has(folder + "libtorch_cpu.dylib")
                        || has(folder + "torch_cpu.dll");
        return new Finding(
                "PyTorch",
                Versions.pinned("pytorch") + " through DJL " + Versions.pinned("djl"),
                there ? "ok" : "missing",
                there ? "passes that train will work" : "passes that train will not work here");
    }

    /** The folder names inside DJL's jars. */
    private static String torchPlatform() {
        return OrtNatives.platform().replace("x64", "x86_64");
    }

    /** Of one thread, as recipes ask unless they say otherwise. */
    private static Finding profile() {
        List<String> told = new ArrayList<>();
        ProfileStore store = ProfileStore.ofUser(1, told::add);
        Optional<MachineProfile> profile = store.find();
        if (profile.isEmpty()) {
            return new Finding(
                    "machine profile",
                    "none yet",
                    told.isEmpty() ? "ok" : "missing",
                    told.isEmpty()
                            ? "measured when a pass asks, or by 'espalier profile'"
                            : told.get(0));
        }
        return new Finding(
                "machine profile",
                store.file().toString(),
                "ok",
                "%s layers and %s questions, one thread; 'espalier profile' shows it"
                        .formatted(profile.get().times().size(), profile.get().answers().size()));
    }

    private static Finding passes() {
        List<String> ids = List.copyOf(PassRegistry.load().ids());
        return new Finding("passes", String.join(", ", ids), ids.isEmpty() ? "missing" : "ok", "");
    }

    private static boolean has(String resource) {
        return DoctorCommand.class.getResource(resource) != null;
    }
}
