package dev.espalier;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.metric.Metric;
import dev.espalier.core.metric.MetricRegistry;
import dev.espalier.core.pass.PassCatalog;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.internal.input.Fingerprint;
import dev.espalier.runtime.Judgement;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Jars with passes and metrics of somebody else. What runs inside {@link #use} finds them as it
 * finds Espalier's own. Their code runs with all rights of this process.
 */
public final class Plugins implements AutoCloseable {
    private static final String JAR = ".jar";

    private final URLClassLoader loader;
    private final List<Path> jars;

    private Plugins(URLClassLoader loader, List<Path> jars) {
        this.loader = loader;
        this.jars = jars;
    }

    /**
     * Opens all jars in {@code folder} and looks at what they offer.
     *
     * @throws InvalidOptionException where there are none, where a class that one lists cannot be
     *     made, or where an id is taken, naming class and jar
     */
    public static Plugins open(Path folder) {
        List<Path> jars = jars(folder);
        URL[] urls = jars.stream().map(Plugins::url).toArray(URL[]::new);
        Plugins plugins =
                new Plugins(
                        new URLClassLoader("plugins", urls, Plugins.class.getClassLoader()), jars);
        try {
            plugins.check(folder);
        } catch (RuntimeException | Error e) {
            plugins.close();
            throw e;
        }
        return plugins;
    }

    private static List<Path> jars(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> jars = files.filter(file -> file.toString().endsWith(JAR)).sorted().toList();
            if (jars.isEmpty()) {
                throw new InvalidOptionException(
                        folder + ": there is no jar in this folder of plug-ins");
            }
            return jars;
        } catch (IOException e) {
            throw new InvalidOptionException(
                    folder + ": expected a folder of jars, cannot read it: " + e, e);
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new InvalidOptionException(jar + ": no place to load from: " + e.getMessage(), e);
        }
    }

    private void check(Path folder) {
        Map<String, String> metrics = new HashMap<>();
        MetricRegistry.CLASSES.forEach(id -> metrics.put(id, "Espalier"));
        for (Metric metric : made(Metric.class, folder)) {
            String whose = Judgement.whose(metric.getClass());
            String id = guarded(whose, metric::id);
            guarded(whose, metric::needs);
            take(metrics, "metric", id, whose);
        }
        Map<String, String> passes = new HashMap<>();
        for (PassCatalog catalog : made(PassCatalog.class, folder)) {
            String whose = Judgement.whose(catalog.getClass());
            guarded(whose, catalog::passes)
                    .forEach(
                            type ->
                                    take(
                                            passes,
                                            "pass",
                                            guarded(whose, () -> PassRegistry.info(type).id()),
                                            Judgement.whose(type)));
        }
    }

    private static void take(Map<String, String> taken, String what, String id, String whose) {
        if (id == null || !id.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
            throw new InvalidOptionException(
                    "%s calls its %s '%s'; expected lower-case words joined by hyphens"
                            .formatted(whose, what, id));
        }
        String other = taken.putIfAbsent(id, whose);
        if (other != null && !other.equals(whose)) {
            throw new InvalidOptionException(
                    "%s calls its %s '%s', which %s does already; give it another id"
                            .formatted(whose, what, id, other));
        }
    }

    private <S> List<S> made(Class<S> service, Path folder) {
        List<S> made = new ArrayList<>();
        try {
            for (ServiceLoader.Provider<S> provider :
                    ServiceLoader.load(service, loader).stream().toList()) {
                made.add(guarded(Judgement.whose(provider.type()), provider::get));
            }
        } catch (ServiceConfigurationError e) {
            throw new InvalidOptionException(
                    "a jar in %s lists a class that is not there or is no %s: %s"
                            .formatted(folder, service.getSimpleName(), e.getMessage()),
                    e);
        }
        return made;
    }

    private static <T> T guarded(String whose, Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException | LinkageError e) {
            throw new InvalidOptionException(
                    "the plug-in %s cannot be used: %s".formatted(whose, e), e);
        } catch (ServiceConfigurationError e) {
            throw new InvalidOptionException(
                    "the plug-in %s cannot be used: %s"
                            .formatted(whose, e.getCause() == null ? e : e.getCause()),
                    e);
        }
    }

    /** Runs {@code work} with these plug-ins on this thread and those it starts. */
    public <T> T use(Supplier<T> work) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return work.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Content of the jars that this thread works with, by their names; empty without plug-ins. */
    static Map<String, String> hashes() {
        Map<String, String> hashes = new LinkedHashMap<>();
        if (Thread.currentThread().getContextClassLoader() instanceof URLClassLoader urls
                && "plugins".equals(urls.getName())) {
            for (URL url : urls.getURLs()) {
                Path jar = Path.of(URI.create(url.toString()));
                hashes.put("plug-in " + jar.getFileName(), Fingerprint.of(jar));
            }
        }
        return hashes;
    }

    /** The jars, by name. */
    public List<Path> jars() {
        return jars;
    }

    @Override
    public void close() {
        try {
            loader.close();
        } catch (IOException e) {
            throw new InvalidOptionException("the jars cannot be closed: " + e.getMessage(), e);
        }
    }
}
