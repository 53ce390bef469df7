package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A seed that goes wrong is told with its story and with the command that repeats it. */
class SimulateVerbTest {

  private static final Pattern REPEAT =
      Pattern.compile(
          "remuda: seed (\\d+) went wrong; repeat it with: remuda (simulate --seed (\\d+) .*)");

  @Test
  void aFailureTellsItsStoryAndTheCommandThatRepeatsIt() {
    Typed first =
        Typed.line("simulate", "--seeds", "200", "--steps", "1500", "--plant", "early-order");

    assertThat(first.exit()).isEqualTo(Exit.FAILURE.code());
    Matcher told = REPEAT.matcher(first.err().strip());
    assertThat(told.find()).as(first.err()).isTrue();
    assertThat(told.group(1)).isEqualTo(told.group(3));
    assertThat(told.group(2)).endsWith(" --steps 1500 --plant early-order");
    List<String> story = first.out().lines().toList();
    assertThat(story).hasSizeBetween(3, 200);
    assertThat(story.get(story.size() - 2)).startsWith("seed " + told.group(1) + ", step ");
    assertThat(story).last().asString().matches("story [0-9a-f]{16}");

    // The command as it is printed, without the program's name.
    Typed again = Typed.line(told.group(2).split(" "));

    assertThat(again.exit()).isEqualTo(Exit.FAILURE.code());
    assertThat(again.out()).isEqualTo(first.out());
    assertThat(again.err()).contains(told.group());
  }

  @Test
  void theSameSeedWithoutTheBugIsWell() {
    Typed typed = Typed.line("simulate", "--seed", "7", "--steps", "500");

    assertThat(typed.exit()).isZero();
    assertThat(typed.out()).contains("seed 7, step ").endsWith("nothing went wrong\n");
    assertThat(typed.err()).isEmpty();
  }

  @Test
  void aBugThatThereIsNotIsRefusedWithThoseThatThereAre() {
    Typed typed = Typed.line("simulate", "--plant", "worm");

    assertThat(typed.exit()).isEqualTo(Exit.USAGE.code());
    assertThat(typed.err()).contains("no bug 'worm'").contains("double-placement");
  }
}
