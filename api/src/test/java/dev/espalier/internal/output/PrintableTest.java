package dev.espalier.internal.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
    @ParameterizedTest
    @ValueSource(
            ints = {
                0, 7, 8, 0xb, 0x1b, 0x1f, 0x7f, 0x80, 0x9b, 0x9d, 0x9f, 0xad, 0x61c, 0x200b, 0x200d,
                0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0xfeff
            })
    void writesWhatWouldCommandATerminalOrBeInvisible(int character) {
        String name = "a" + (char) character + "b";
        String escaped = "a\\u%04xb".formatted(character);
        assertThat(Printable.line(name)).isEqualTo(escaped);
        assertThat(Printable.text(name)).isEqualTo(escaped);
    }

    @Test
    void writesLargeCharactersAsJsonDoes() {
        assertThat(Printable.line("a" + Character.toString(0xE0041))).isEqualTo("a\\udb40\\udc41");
    }

    @Test
    void leavesWordsOfAllLanguagesAsTheyAre() {
        String words = "/layer1/conv.0 größe 卷积 свёртка שלום ×2 … " + Character.toString(0x1F600);
        assertThat(Printable.line(words)).isSameAs(words);
        assertThat(Printable.text(words)).isSameAs(words);
    }

    @Test
    void breaksLinesOfATextAlone() {
        assertThat(Printable.text("a\n\tb\r\nc\rd\r")).isEqualTo("a\n\tb\r\nc\\u000dd\\u000d");
        assertThat(Printable.line("a\n\tb\r\n")).isEqualTo("a\\u000a\\u0009b\\u000d\\u000a");
    }
}
