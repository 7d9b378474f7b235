package dev.espalier.core.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.FormerOption;
import dev.espalier.core.pass.FormerValues;
import dev.espalier.core.pass.Option;
import dev.espalier.core.pass.OptionSpec;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassInfo;
import dev.espalier.core.pass.PassRegistry;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormerNamesTest {
    private static final PassRegistry REGISTRY = PassRegistry.of(List.of(Saw.class));

    enum Wood {
        @FormerValues({"pear", "pear-tree"})
        FRUIT_TREE,
        OAK
    }

    @FormerOption(key = "rough", instead = "write 'teeth', fewer for a rougher cut")
    @FormerOption(key = "blunt", instead = "leave it out; blades are always sharp")
    record Blade(@Option(value = "30", help = "Teeth.") int teeth) {}

    @PassInfo(id = "saw", summary = "Saws.")
    @FormerOption(key = "bark", instead = "leave it out")
    record Saw(
            @Option(value = "oak", help = "What is sawn.") Wood wood,
            @Option(help = "With what.") Blade blade)
            implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            return model;
        }
    }

    private static Saw parse(String pass, String... assignments) {
        RecipeReader.Changes changes =
                new RecipeReader.Changes(Optional.empty(), Optional.empty(), List.of(assignments));
        String text = "version: 1\nmodel: m.onnx\npasses:\n  - " + pass;
        return (Saw) new RecipeReader(REGISTRY).parse(text, "r.yaml", changes).passes().get(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    saw: {wood: oak, bark: true}   | r.yaml:4:22: pass 'saw' has no key 'bark' any more: leave it out
                    saw: {blade: {rough: 1}}       | r.yaml:4:19: 'blade' of pass 'saw' has no key 'rough' any more: write 'teeth', fewer for a rougher cut
                    saw: {blade: {blunt: 1}}       | r.yaml:4:19: 'blade' of pass 'saw' has no key 'blunt' any more: leave it out; blades are always sharp
                    # Each record has its own.
                    saw: {rough: 1}                | r.yaml:4:11: unknown key 'rough' of pass 'saw'; expected one of wood, blade
                    """)
    void aFormerKeyIsRefusedWithWhatToWrite(String pass, String message) {
        assertThatThrownBy(() -> parse(pass))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessage(message);
    }

    @Test
    void aFormerKeyIsRefusedWhereTheCommandLineGivesIt() {
        assertThatThrownBy(() -> parse("saw", "passes.0.saw.blade.rough=1"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessage(
                        "--set passes.0.saw.blade.rough=1: 'blade' of pass 'saw' has no key"
                                + " 'rough' any more: write 'teeth', fewer for a rougher cut");
    }

    @ParameterizedTest
    @CsvSource({"fruit-tree, FRUIT_TREE", "pear, FRUIT_TREE", "pear-tree, FRUIT_TREE", "oak, OAK"})
    void aFormerValueMeansItsConstant(String written, Wood wood) {
        assertThat(parse("saw: {wood: " + written + "}").wood()).isEqualTo(wood);
        assertThat(parse("saw", "passes.0.saw.wood=" + written).wood()).isEqualTo(wood);
    }

    @Test
    void otherValuesAreRefusedAndFormerOnesNotOffered() {
        assertThatThrownBy(() -> parse("saw: {wood: pears}"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessage(
                        "r.yaml:4:17: 'pears' is no value for 'wood' of pass 'saw'; expected one of"
                                + " fruit-tree, oak");
    }

    @Test
    void neitherIsListed() {
        assertThat(RecipeSchema.write(REGISTRY)).doesNotContain("rough", "blunt", "bark", "pear");
        // What 'espalier passes saw' prints.
        assertThat(OptionSpec.of(Saw.class))
                .map(spec -> spec.key() + ": " + spec.kind())
                .containsExactly("wood: fruit-tree | oak", "blade: block of teeth");
    }
}
