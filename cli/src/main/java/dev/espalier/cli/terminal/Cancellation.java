package dev.espalier.cli.terminal;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The user's wish to stop, from Ctrl-C or a termination signal. The work ends after its current
 * step. Where that takes long, as a native call may, or when asked a second time, the process ends
 * at once with those that it started; that loses no more than the step, since what is on disk is
 * whole at any moment.
 */
public final class Cancellation {
    private static final List<String> SIGNALS = List.of("INT", "TERM");

    /** Whoever starts programs, such as a container's engine, gives them ten. */
    private static final long SECONDS_TO_STOP = 8;

    private final AtomicBoolean asked = new AtomicBoolean();

    public boolean isAsked() {
        return asked.get();
    }

    /** Asks the work to stop, as Ctrl-C does. */
    public void ask() {
        asked.set(true);
    }

    /**
     * Lets signals ask. Left to itself a signal starts the JVM's shutdown while the work goes on,
     * and libraries then take their native parts away from under it. The JDK's signal handling is
     * reached by name, because the compiler warns of it without a way to say that it is meant.
     */
    public void listen(Terminal terminal) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours =
                    Proxy.newProxyInstance(
                            Cancellation.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (proxy, method, arguments) -> {
                                if (method.getName().equals("handle")) {
                                    received(terminal);
                                }
                                return null;
                            });
            for (String name : SIGNALS) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
            }
        } catch (ReflectiveOperationException e) {
            terminal.say("this JVM has no signal handling: Ctrl-C will end without tidying up");
        }
    }

    private void received(Terminal terminal) {
        if (!asked.compareAndSet(false, true)) {
            end();
        }
        Thread patience = new Thread(() -> endLater(terminal), "espalier-patience");
        patience.setDaemon(true);
        patience.start();
        terminal.err().println();
        terminal.say("stopping after the current step; once more to stop at once");
    }

    private static void endLater(Terminal terminal) {
        try {
            TimeUnit.SECONDS.sleep(SECONDS_TO_STOP);
        } catch (InterruptedException e) {
            return;
        }
        terminal.say("stopped in the middle of a step, which took too long");
        end();
    }

    private static void end() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
    }
}
