package dev.espalier.core.internal.html;

import dev.espalier.core.report.CompressionReport;
import dev.espalier.core.report.Environment;
import dev.espalier.core.report.Figures;
import dev.espalier.core.report.Machine;
import dev.espalier.core.report.RunFacts;

/** How to make the same file again: commands, recipe, machine, versions and hashes. */
final class OriginSection {
    private OriginSection() {}

    static void write(Html html, CompressionReport report) {
        RunFacts run = report.run();
        Environment environment = report.environment();
        html.open("section").element("h2", "Make it again").line();
        if (!run.commands().isEmpty()) {
            code(html, "Command", String.join("\n", run.commands()));
        }
        code(html, "Recipe, as resolved", run.recipe());
        Machine machine = environment.machine();
        html.open("div", "class", "scroll").open("table", "class", "facts").open("tbody").line();
        row(html, "Started", run.started());
        row(html, "Took", Figures.seconds(run.seconds()));
        row(html, "Model", run.model());
        run.inputs().forEach(input -> row(html, "Input", input));
        row(html, "Processor", machine.cpu() + ", " + machine.cores() + " cores");
        row(html, "Instruction sets", String.join(" ", machine.cpuFlags()));
        row(html, "System", machine.os());
        row(html, "Java", machine.jdk());
        environment.versions().forEach((name, version) -> row(html, name, version));
        row(html, "Seed", Long.toString(environment.seed()));
        environment.sha256().forEach((name, hash) -> row(html, "SHA-256, " + name, hash));
        html.close("tbody").close("table").close("div").line();
        html.close("section").line();
    }

    private static void code(Html html, String name, String text) {
        html.open("div", "class", "code").open("div", "class", "codehead").element("h3", name);
        html.element("button", "Copy", "type", "button", "hidden", "hidden").close("div");
        html.open("pre").element("code", text.strip()).close("pre").close("div").line();
    }

    private static void row(Html html, String name, String value) {
        if (!value.isEmpty()) {
            html.open("tr").element("th", name, "scope", "row");
            html.open("td").element("bdi", value).close("td").close("tr").line();
        }
    }
}
