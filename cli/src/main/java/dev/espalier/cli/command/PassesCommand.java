package dev.espalier.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.view.Json;
import dev.espalier.cli.view.Table;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.pass.OptionSpec;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.recipe.Nearest;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "passes",
        description = "Lists the passes that a recipe may use, or one with its options.")
final class PassesCommand implements Callable<Integer> {
    private final Espalier root;
    @Mixin private FormatOption format;

    @Parameters(
            arity = "0..1",
            paramLabel = "ID",
            description = "Show this pass's options, their defaults and the paper behind it.")
    private Optional<String> id;

    PassesCommand(Espalier root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        PassRegistry registry = PassRegistry.load();
        if (id.isPresent()) {
            one(registry, id.get());
        } else {
            format.print(root.terminal(), () -> catalogue(registry), () -> json(registry));
        }
        return ExitCode.DONE;
    }

    private static Table catalogue(PassRegistry registry) {
        Table table = new Table("pass", "what it does");
        for (String id : registry.ids()) {
            table.row(id, PassRegistry.info(registry.find(id).orElseThrow()).summary());
        }
        return table;
    }

    private void one(PassRegistry registry, String asked) {
        Class<? extends Pass> type =
                registry.find(asked)
                        .orElseThrow(
                                () ->
                                        new InvalidOptionException(
                                                "there is no pass '%s'%s"
                                                        .formatted(
                                                                asked,
                                                                Nearest.hint(
                                                                        asked, registry.ids()))));
        PassInfo info = PassRegistry.info(type);
        if (format.isTable()) {
            root.terminal().printStyled(root.terminal().bold(info.id()));
            root.terminal().out().println(": " + info.summary());
            if (!info.paper().isEmpty()) {
                root.terminal().out().println("after " + info.paper());
            }
            root.terminal().out().println();
        }
        Table table = new Table("option", "default", "value", "meaning");
        options(table, "", type);
        format.print(root.terminal(), () -> table, () -> json(type));
    }

    private static void options(Table table, String prefix, Class<?> type) {
        for (OptionSpec spec : OptionSpec.of(type)) {
            if (spec.isNested() && !spec.isList()) {
                table.row(prefix + spec.key(), spec.standard(), "block", spec.help());
                options(table, prefix + spec.key() + ".", spec.element());
            } else {
                String standard = spec.isRequired() ? "(needed)" : spec.standard();
                table.row(prefix + spec.key(), standard, spec.kind(), spec.help());
            }
        }
    }

    private static ArrayNode json(PassRegistry registry) {
        ArrayNode passes = Json.object().arrayNode();
        registry.ids().forEach(id -> passes.add(json(registry.find(id).orElseThrow())));
        return passes;
    }

    private static ObjectNode json(Class<? extends Pass> type) {
        PassInfo info = PassRegistry.info(type);
        ObjectNode pass =
                Json.object()
                        .put("id", info.id())
                        .put("summary", info.summary())
                        .put("paper", info.paper());
        options(pass.putArray("options"), "", type);
        return pass;
    }

    private static void options(ArrayNode list, String prefix, Class<?> type) {
        for (OptionSpec spec : OptionSpec.of(type)) {
            ObjectNode option = list.addObject();
            option.put("name", prefix + spec.key()).put("help", spec.help());
            option.put("value", spec.kind()).put("default", spec.standard());
            option.put("required", spec.isRequired());
            if (spec.isNested() && !spec.isList()) {
                options(list, prefix + spec.key() + ".", spec.element());
            }
        }
    }
}
