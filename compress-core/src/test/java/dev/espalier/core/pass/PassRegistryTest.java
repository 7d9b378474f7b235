package dev.espalier.core.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ir.Model;
import java.util.List;
import org.junit.jupiter.api.Test;

class PassRegistryTest {
    @PassInfo(id = "one", summary = "x")
    record First() implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            return model;
        }
    }

    @PassInfo(id = "one", summary = "x")
    record Second() implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            return model;
        }
    }

    record Nameless() implements Pass {
        @Override
        public Model apply(Model model, PassContext context) {
            return model;
        }
    }

    @Test
    void findsPassesById() {
        PassRegistry registry = PassRegistry.of(List.of(First.class));
        assertThat(registry.ids()).containsExactly("one");
        assertThat(registry.find("one")).contains(First.class);
        assertThat(registry.find("two")).isEmpty();
        assertThat(PassRegistry.id(new First())).isEqualTo("one");
    }

    @Test
    void namesBothWhereAnIdIsTakenTwice() {
        assertThatThrownBy(() -> PassRegistry.of(List.of(First.class, Second.class)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("First")
                .hasMessageContaining("Second")
                .hasMessageContaining("'one'");
    }

    @Test
    void refusesAPassWithoutInfo() {
        assertThatThrownBy(() -> PassRegistry.of(List.of(Nameless.class)))
                .hasMessageContaining("@PassInfo");
    }
}
