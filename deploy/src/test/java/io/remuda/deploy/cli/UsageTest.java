package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Help, and what somebody reads who mistyped. */
final class UsageTest {

  @Test
  void refusesAnUnknownCommandWithTheNearestOne() {
    Typed typed = Typed.line("sohw", "demo");

    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err())
        .isEqualTo(
            "remuda: there is no command 'sohw'; did you mean 'show'?\nSee 'remuda --help'.\n");
    assertThat(typed.out()).isEmpty();
    assertThat(Typed.line("xxxxxxxxxx").err())
        .startsWith("remuda: there is no command 'xxxxxxxxxx'\n");
    assertThat(Typed.line("keys", "creat").err()).contains("did you mean 'create'?");
  }

  @Test
  void refusesAnUnknownOptionWithTheNearestOne() {
    Typed typed = Typed.line("up", "--prot", "8081");

    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err())
        .contains("there is no option '--prot'; did you mean '--port'?")
        .contains("See 'remuda up --help'.");
  }

  @Test
  void refusesAWordTooMany() {
    assertThat(Typed.line("ls", "demo").err()).contains("'demo' is one word too many");
  }

  @Test
  void saysWhichValueIsMissing() {
    assertThat(Typed.line("scale", "demo").err())
        .contains("REPLICAS")
        .contains("remuda scale --help");
  }

  @Test
  void printsUsageOnStderrWithoutAVerb() {
    Typed typed = Typed.line();

    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err()).contains("Exit codes:");
  }

  @Test
  void helpIsACommandToo() {
    assertThat(Typed.line("help").out()).isEqualTo(Typed.line("--help").out()).contains("scale");
    assertThat(Typed.line("help", "scale").out()).isEqualTo(Typed.line("scale", "--help").out());
    assertThat(Typed.line("help", "nothing").exit()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up",
        "down",
        "registry",
        "model",
        "gateway",
        "deploy",
        "ls",
        "ps",
        "show",
        "scale",
        "rollout",
        "alias",
        "stop",
        "rm",
        "explain",
        "logs",
        "request",
        "events",
        "machines",
        "cordon",
        "uncordon",
        "drain",
        "keys",
        "tenants",
        "usage",
        "ca",
        "join-token",
        "journal",
        "run",
        "chat",
        "embed",
        "infer",
        "lease",
        "engine",
        "sdk",
        "doctor",
        "simulate",
        "completion",
        "version"
      })
  void everyVerbHasAHelpTextWithAnExample(String verb) {
    Typed typed = Typed.line(verb, "--help");

    assertThat(typed.exit()).isZero();
    assertThat(typed.out()).contains("Example: ").contains("./remuda ").doesNotContain("--version");
    assertThat(typed.out().lines())
        .as("nothing is torn apart on a terminal of 80 columns")
        .allMatch(line -> line.length() <= 80)
        .noneMatch(line -> line.endsWith("http:"));
  }
}
