package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** No page shows a command that nothing executes. */
final class ShownCommandsTest {

  private static final Path HERE = Path.of("src/test/java/io/remuda/deploy/fleet");

  /**
   * What no test types: the tests themselves, and measurements. Continuous integration runs them by
   * these names.
   */
  private static final List<String> OF_CONTINUOUS_INTEGRATION =
      List.of(
          "./remuda test",
          "./remuda test actors",
          "deploy/bench/startup.sh",
          "deploy/bench/journal.sh",
          "deploy/bench/messages.sh",
          "deploy/bench/newmodel.sh",
          "deploy/bench/wake.sh",
          "deploy/bench/swap.sh",
          "deploy/bench/leases.sh",
          "deploy/bench/gateway.sh",
          "deploy/faults/tasks.sh",
          "deploy/chaos/chaos.sh",
          "./remuda simulate --seeds 200");

  /** Only who measures runs these: they want a quiet machine. */
  private static final List<String> FOR_QUIET_MACHINES =
      List.of(
          "deploy/bench/tasks.sh",
          "deploy/bench/moves.sh",
          "deploy/bench/estimates.sh",
          "deploy/bench/rest.sh",
          "deploy/bench/scale.sh");

  /** Languages of blocks that nobody types: pictures, and formats on the wire. */
  private static final Set<String> NO_COMMANDS = Set.of("mermaid", "text");

  @Test
  void everyBlockOfCommandsIsTypedByATest() {
    List<String> untold = new ArrayList<>();
    for (Pages.Block block : Pages.blocks()) {
      if (NO_COMMANDS.contains(block.language()) || measures(block.text().strip())) {
        continue;
      }
      long known = Arrays.stream(Shown.values()).filter(shown -> shown.is(block)).count();
      if (known != 1 || !block.language().equals("sh")) {
        untold.add(block.page() + ":\n" + block.text());
      }
    }

    assertThat(untold)
        .as("fence it by ```sh, name it in Shown, and let a test type what Shown says")
        .isEmpty();
  }

  @Test
  void everyBlockIsTypedByTheTestThatItNames() throws Exception {
    for (Shown shown : Shown.values()) {
      assertThat(shown.text()).isNotBlank();
      assertThat(Files.readString(HERE.resolve(shown.executedBy() + ".java")))
          .contains("Shown." + shown.name() + ".");
    }
  }

  @Test
  void everyCommandOfABlockThatIsNotTypedAsAWholeIsKnown() {
    assertThat(Shown.TWO_COMMANDS.arguments()).containsExactly(List.of("up"), List.of("test"));
    assertThat(Shown.SIX_COMMANDS.text().lines())
        .hasSize(6)
        .allMatch(line -> line.matches("\\./remuda (registry|model|gateway) .*"));
  }

  @Test
  void measurementsInSentencesAreKnownToo() {
    assertThat(Pages.spans())
        .filteredOn(span -> !span.command().startsWith("./remuda"))
        .allMatch(span -> measures(span.command()), "is run by .ci/run");
  }

  @Test
  void continuousIntegrationRunsWhatNoTestTypes() {
    String script = Pages.read(".ci/run");

    assertThat(OF_CONTINUOUS_INTEGRATION)
        .allMatch(command -> script.matches("(?s).*\\n[a-z0-9 ]*\\Q" + command + "\\E.*"));
  }

  private static boolean measures(String text) {
    String command = text.replaceFirst("^(?:[A-Z_]+=\\S+ )*", "");
    return !command.contains("\n")
        && (FOR_QUIET_MACHINES.stream().anyMatch(command::startsWith)
            || OF_CONTINUOUS_INTEGRATION.stream().anyMatch(command::startsWith));
  }
}
