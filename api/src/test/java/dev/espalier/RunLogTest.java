package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunLogTest {
    private static final String NAME = "\u001b[31mred\u001b[0m\u001b]0;title\u0007\u202e\u009b2J";
    private static final String SHOWN =
            "\\u001b[31mred\\u001b[0m\\u001b]0;title\\u0007\\u202e\\u009b2J";

    @Test
    void keepsToLinesAndTellsOnlyWhatIsSaid() {
        List<String> told = new ArrayList<>();
        RunLog log = new RunLog(told::add, Clock.systemUTC());
        log.say(NAME + "\nforged");
        log.keep(NAME);
        List<String> lines = log.text().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).endsWith("  " + SHOWN + "\\u000aforged");
        assertThat(lines.get(1)).endsWith("  " + SHOWN);
        assertThat(told).containsExactly(NAME + "\nforged");
    }
}
