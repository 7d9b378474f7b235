package dev.espalier.runtime.isolation;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.runtime.OrtModel;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Runs models in this process, each after it was opened and run once in {@link Isolation}: for
 * models from outside, and what passes make of them. A run later than the first, on other inputs,
 * is not tried before.
 */
public final class IsolatedRunner implements ModelRunner {
    private final Isolation isolation;
    private final SessionSettings settings;

    /**
     * @param isolation which the caller closes
     */
    public IsolatedRunner(Isolation isolation, SessionSettings settings) {
        this.isolation = isolation;
        this.settings = settings;
    }

    @Override
    public Session open(Model model, List<String> values) {
        Isolation.Attempt attempt = isolation.open(model, values, settings);
        try {
            return new TriedFirst(attempt, new OrtRunner(settings).open(model, values));
        } catch (RuntimeException e) {
            attempt.close();
            throw e;
        }
    }

    @Override
    public IsolatedRunner withThreads(int threads) {
        return new IsolatedRunner(isolation, settings.withThreads(threads));
    }

    @Override
    public IsolatedRunner withoutOptimizations() {
        return new IsolatedRunner(
                isolation, settings.withOptimization(SessionSettings.Optimization.NONE));
    }

    /** A session whose first run has another one before it. */
    private static final class TriedFirst implements Session {
        private final OrtModel session;
        private Isolation.Attempt attempt;

        TriedFirst(Isolation.Attempt attempt, OrtModel session) {
            this.attempt = attempt;
            this.session = session;
        }

        @Override
        public Map<String, Tensor> run(Map<String, Tensor> inputs) {
            tryOut(inputs);
            return session.run(inputs);
        }

        @Override
        public void run(Map<String, Tensor> inputs, BiConsumer<String, Tensor> look) {
            tryOut(inputs);
            session.run(inputs, look);
        }

        private synchronized void tryOut(Map<String, Tensor> inputs) {
            if (attempt != null) {
                attempt.run(inputs);
                forget();
            }
        }

        private synchronized void forget() {
            if (attempt != null) {
                attempt.close();
                attempt = null;
            }
        }

        @Override
        public void close() {
            forget();
            session.close();
        }
    }
}
