package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OptionsTest {

  @Test
  void playsAllFaultsNineTimesWhenNothingIsAskedFor() {
    Options options = parse();

    assertThat(options.faults()).containsExactly(FaultKind.values());
    assertThat(options.rounds()).isEqualTo(9);
    assertThat(options.brief()).isFalse();
  }

  @Test
  void playsEachFaultOnceInTheShortForm() {
    Options options = parse("--short", "--seed", "7");

    assertThat(options.rounds()).isEqualTo(1);
    assertThat(options.faults())
        .containsAll(List.of(FaultKind.ENGINE_KILLED, FaultKind.POSTGRES_STOPPED))
        .as("which takes long")
        .doesNotContain(FaultKind.JOURNAL_REPLACED);
    assertThat(parse("--short", "--fault", "JOURNAL_REPLACED").faults())
        .containsExactly(FaultKind.JOURNAL_REPLACED);
    assertThat(options.perSecond()).isEqualTo(20);
    assertThat(options.seed()).isEqualTo(7);
  }

  @Test
  void playsWhatIsNamedAsOftenAsIsSaid() {
    Options options =
        parse("--fault", "ENGINE_KILLED", "--fault", "GATEWAY_KILLED", "--rounds", "3");

    assertThat(options.faults()).containsExactly(FaultKind.ENGINE_KILLED, FaultKind.GATEWAY_KILLED);
    assertThat(options.rounds()).isEqualTo(3);
  }

  @Test
  void drawsASeedWhereNoneIsNamed() {
    assertThat(Options.parse(List.of(), new Random(1)).seed())
        .isEqualTo(Options.parse(List.of(), new Random(1)).seed());
  }

  @Test
  void tellsTheCommandThatDoesTheSameAgain() {
    Options options = parse("--short", "--fault", "GATEWAY_KILLED", "--registries", "5");
    List<String> words = List.of(options.command().split(" "));

    assertThat(Options.parse(words.subList(1, words.size()), new Random())).isEqualTo(options);
  }

  @Test
  void saysWhatIsWrongWithAnOption() {
    assertThatThrownBy(() -> parse("--fault", "EARTHQUAKE"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no fault 'EARTHQUAKE'; see --help");
    assertThatThrownBy(() -> parse("--registries", "7"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--registries takes a number from 3 to 5, not '7'");
    assertThatThrownBy(() -> parse("--rounds"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--rounds needs a value; see --help");
    assertThatThrownBy(() -> parse("--seed", "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--seed takes a number, not 'x'");
  }

  private static Options parse(String... arguments) {
    return Options.parse(List.of(arguments), new Random());
  }
}
