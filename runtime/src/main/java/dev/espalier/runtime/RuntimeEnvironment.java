package dev.espalier.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The one ONNX Runtime environment of this process. */
final class RuntimeEnvironment {
    /**
     * ONNX Runtime 1.29 matches the process's command line with a regular expression that recurses
     * for every character of it: a class path of some 4000 characters overflows a usual stack,
     * which kills the JVM. Only what is touched of this is taken.
     */
    private static final long STACK_BYTES = 512L << 20;

    private static final class Holder {
        private static final OrtEnvironment ENVIRONMENT = create();
    }

    private RuntimeEnvironment() {}

    static OrtEnvironment get() {
        return Holder.ENVIRONMENT;
    }

    /**
     * Settings of a session to be opened, silent like the environment; to be closed. The
     * environment comes first, since whatever of the binding is touched first loads its native
     * libraries.
     */
    static SessionOptions options() throws OrtException {
        get();
        SessionOptions options = new SessionOptions();
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        return options;
    }

    private static OrtEnvironment create() {
        CompletableFuture<OrtEnvironment> made = new CompletableFuture<>();
        Runnable work =
                () -> {
                    try {
                        made.complete(OrtNatives.loading(RuntimeEnvironment::silent));
                    } catch (RuntimeException | Error e) {
                        made.completeExceptionally(e);
                    }
                    removeStaleFiles();
                };
        Thread start = new Thread(null, work, "espalier-onnxruntime-start", STACK_BYTES);
        start.setDaemon(true);
        start.start();
        try {
            return made.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        }
    }

    /**
     * Silent: the runtime logs to stderr, and what matters of it is in its exceptions, too. Nor
     * shall it tell its maker what is done with it, which the official builds do unless told not
     * to.
     */
    private static OrtEnvironment silent() {
        OrtEnvironment environment =
                OrtEnvironment.getEnvironment(
                        OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, OrtEnvironment.DEFAULT_NAME);
        try {
            environment.setTelemetry(false);
        } catch (OrtException e) {
            throw NativeErrors.translate("turn off telemetry", e);
        }
        return environment;
    }

    /** While the caller already works. */
    private static void removeStaleFiles() {
        StaleFiles stale = new StaleFiles(Instant.now());
        try {
            stale.removeFromTemporary(Path.of(System.getProperty("java.io.tmpdir")));
            if (Files.isDirectory(OrtNatives.cache(), LinkOption.NOFOLLOW_LINKS)) {
                stale.removeFromCache(OrtNatives.cache());
            }
        } catch (IOException | UncheckedIOException | SecurityException e) {
            // They stay until the next time.
        }
    }
}
