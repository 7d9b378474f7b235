package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The machine's locale never formats a number, whoever calls: {@code "%s"} writes whole numbers as
 * they are, {@code String.format(Locale.ROOT, ...)} all others.
 */
class LocaleTest {
    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    /** What may stand before a pattern: the one of no country, or one that a caller handed over. */
    private static final Set<String> LOCALES = Set.of("Locale.ROOT", "locale");

    /** Conversions to digits, which are those of the locale. */
    private static final Pattern NUMBER =
            Pattern.compile("%(\\d+\\$)?[-#+ 0,(]*\\d*(\\.\\d+)?[dfeEgG]");

    @Test
    void noNumberIsFormattedByTheLocaleOfTheMachine() throws IOException {
        List<String> found = new ArrayList<>();
        try (StandardJavaFileManager files = COMPILER.getStandardFileManager(null, null, null);
                Stream<Path> all = Files.walk(PROJECT)) {
            List<Path> sources =
                    all.filter(file -> file.toString().matches(".*/src/main/java/.*\\.java"))
                            .toList();
            assertThat(sources).hasSizeGreaterThan(500);
            found.addAll(found(files.getJavaFileObjectsFromPaths(sources)));
        }
        assertThat(found).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"%d examples\".formatted(3)",
                "(\"a\" + \"%.2f\").formatted(3.0)",
                "String.format(\"%,d\", 3)",
                "System.out.printf(\"%1$d\", 3)",
                "pattern().formatted(3)",
                "\"I\".toLowerCase()"
            })
    void isFound(String expression) throws IOException {
        assertThat(found(List.of(source(expression)))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"%s of %s, 100 %%\".formatted(3, 5)",
                "String.format(Locale.ROOT, \"%.2f\", 3.0)",
                "System.out.printf(\"%s%n\", 3)",
                "\"I\".toLowerCase(Locale.ROOT)",
                "note(\"%.2f\", 3)"
            })
    void isNotFound(String expression) throws IOException {
        assertThat(found(List.of(source(expression)))).isEmpty();
    }

    private static SimpleJavaFileObject source(String expression) {
        return new SimpleJavaFileObject(Path.of("A.java").toUri(), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignored) {
                return "class A { Object a = " + expression + "; }";
            }
        };
    }

    private static List<String> found(Iterable<? extends JavaFileObject> sources)
            throws IOException {
        List<String> found = new ArrayList<>();
        JavacTask task =
                (JavacTask)
                        COMPILER.getTask(null, null, null, List.of("-proc:none"), null, sources);
        for (CompilationUnitTree unit : task.parse()) {
            new Calls(call -> unit.getSourceFile().getName() + ": " + call, found).scan(unit, null);
        }
        return found;
    }

    /** Looks at each call of a method that formats. */
    private static final class Calls extends TreeScanner<Void, Void> {
        private final UnaryOperator<String> named;
        private final List<String> found;

        Calls(UnaryOperator<String> named, List<String> found) {
            this.named = named;
            this.found = found;
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
            if (call.getMethodSelect() instanceof MemberSelectTree method
                    && isLocal(method, call.getArguments())) {
                found.add(named.apply(call.toString()));
            }
            return super.visitMethodInvocation(call, nothing);
        }

        private static boolean isLocal(
                MemberSelectTree method, List<? extends ExpressionTree> arguments) {
            return switch (method.getIdentifier().toString()) {
                case "formatted" -> isOfNumbers(method.getExpression());
                case "format", "printf" ->
                        arguments.size() > 1
                                && !LOCALES.contains(arguments.get(0).toString())
                                && isOfNumbers(arguments.get(0));
                case "toLowerCase", "toUpperCase" -> arguments.isEmpty();
                default -> false;
            };
        }

        /** Whether a pattern has a number; so too where it is not written where it is used. */
        private static boolean isOfNumbers(ExpressionTree pattern) {
            List<String> literals = new ArrayList<>();
            new TreeScanner<Void, Void>() {
                @Override
                public Void visitLiteral(LiteralTree literal, Void nothing) {
                    literals.add(String.valueOf(literal.getValue()));
                    return null;
                }
            }.scan(pattern, null);
            return literals.isEmpty()
                    || literals.stream().anyMatch(text -> NUMBER.matcher(text).find());
        }
    }
}
