package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;

/** A jar with one metric, as a project outside of Espalier compiles and packs it. */
final class PluginJar {
    private PluginJar() {}

    /**
     * Writes {@code plugins/outside.jar}, whose metric is higher the better.
     *
     * @param needs a constant of {@code Metric.Needs}
     * @param add statements that see {@code batch} and the field {@code sum}
     * @param value expression of the figure
     * @return the folder of the jar
     */
    static Path write(Path folder, String id, String needs, String add, String value)
            throws IOException {
        String source =
                """
                package outside;

                import dev.espalier.core.metric.Metric;
                import dev.espalier.core.metric.OutputBatch;

                public final class Own implements Metric {
                    public String id() { return "%s"; }
                    public boolean isHigherBetter() { return true; }
                    public boolean isRatio() { return false; }
                    public Needs needs() { return Needs.%s; }
                    public Tally begin() {
                        return new Tally() {
                            private double sum;
                            public void add(OutputBatch batch) { %s }
                            public double value() { return %s; }
                        };
                    }
                }
                """
                        .formatted(id, needs, add, value);
        Path sources = Files.createDirectories(folder.resolve("outside/outside"));
        Path file = Files.writeString(sources.resolve("Own.java"), source);
        int code =
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-proc:none",
                                file.toString());
        assertThat(code).isZero();
        Path plugins = Files.createDirectories(folder.resolve("plugins"));
        try (JarOutputStream jar =
                new JarOutputStream(Files.newOutputStream(plugins.resolve("outside.jar")))) {
            for (String name : new String[] {"Own.class", "Own$1.class"}) {
                jar.putNextEntry(new JarEntry("outside/" + name));
                Files.copy(sources.resolve(name), jar);
            }
            jar.putNextEntry(new JarEntry("META-INF/services/dev.espalier.core.metric.Metric"));
            jar.write("outside.Own\n".getBytes(StandardCharsets.UTF_8));
        }
        return plugins;
    }
}
