package dev.espalier.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cli.terminal.ExitCode;
import dev.espalier.cli.view.Json;
import dev.espalier.cli.view.Table;
import dev.espalier.core.pass.ModelFigures;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.report.Figures;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "plan",
        description = "Shows what each pass of a recipe would touch, freeze and save.")
final class PlanCommand implements Callable<Integer> {
    /** Places shown for each reason of a refusal. */
    private static final int PLACES = 4;

    private final Espalier root;
    @Mixin private PluginsOption plugins;
    @Mixin private RecipeArguments recipe;
    @Mixin private FormatOption format;

    PlanCommand(Espalier root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return plugins.use(this::done);
    }

    private Integer done() {
        List<PassRun> runs = root.compression(recipe.read()).withPlace(recipe.file()).plan();
        format.print(root.terminal(), () -> table(runs), () -> json(runs));
        if (format.isTable()) {
            runs.forEach(run -> details(run, root.terminal().out()));
            root.terminal().out().println();
            uncounted(runs, root.terminal().out());
            root.terminal()
                    .out()
                    .println(
                            "Structure only: nothing was trained, proved or written, and no network measured.");
        }
        return ExitCode.DONE;
    }

    /** Where MACs are those of a part, ratios would say nothing. */
    private static void uncounted(List<PassRun> runs, PrintStream out) {
        int most = 0;
        for (PassRun run : runs) {
            most = Math.max(most, Math.max(run.before().uncounted(), run.after().uncounted()));
        }
        if (most > 0) {
            out.println(
                    "At least: %s of the layers %s not counted; 'espalier inspect' names %s."
                            .formatted(most, most == 1 ? "is" : "are", most == 1 ? "it" : "them"));
        }
    }

    private static Table table(List<PassRun> runs) {
        Table table = new Table("pass", "#parameters", "#MACs", "#file", "#MACs left", "#refusals");
        for (PassRun run : runs) {
            ModelFigures after = run.after();
            table.row(
                    run.id(),
                    Figures.count(after.parameters()),
                    Figures.macs(after.macs(), after.uncounted()),
                    Figures.bytes(after.bytes()),
                    run.before().macs() == 0
                                    || run.before().uncounted() > 0
                                    || after.uncounted() > 0
                            ? "-"
                            : Figures.percent((double) after.macs() / run.before().macs()),
                    run.skips().size());
        }
        return table;
    }

    private static void details(PassRun run, PrintStream out) {
        if (run.notes().isEmpty() && run.skips().isEmpty()) {
            return;
        }
        out.println();
        out.println(run.id());
        run.notes().forEach(note -> out.println("  " + note));
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        for (PassRun.Skip skip : run.skips()) {
            byReason.computeIfAbsent(skip.reason(), reason -> new java.util.ArrayList<>())
                    .add(skip.where());
        }
        byReason.forEach(
                (reason, places) ->
                        out.println(
                                "  left alone, "
                                        + reason
                                        + ": "
                                        + String.join(
                                                ", ",
                                                places.subList(0, Math.min(PLACES, places.size())))
                                        + (places.size() > PLACES
                                                ? " and %s more".formatted(places.size() - PLACES)
                                                : "")));
    }

    private static ArrayNode json(List<PassRun> runs) {
        ArrayNode list = Json.object().arrayNode();
        for (PassRun run : runs) {
            ObjectNode node = list.addObject().put("id", run.id());
            node.set("before", figures(run.before()));
            node.set("after", figures(run.after()));
            run.notes().forEach(node.putArray("notes")::add);
            ArrayNode skipped = node.putArray("skipped");
            run.skips()
                    .forEach(
                            s ->
                                    skipped.addObject()
                                            .put("where", s.where())
                                            .put("reason", s.reason()));
        }
        return list;
    }

    private static ObjectNode figures(ModelFigures figures) {
        return Json.object()
                .put("bytes", figures.bytes())
                .put("parameters", figures.parameters())
                .put("macs", figures.macs())
                .put("uncounted", figures.uncounted());
    }
}
