package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** A machine leaves its engines to its next node only where its command line says so. */
class KeepEnginesTest {

  @TempDir private Path home;

  @ParameterizedTest
  @ValueSource(strings = {"model", "up"})
  void theFlagIsTheSetting(String verb) {
    assertThat(keeps(verb)).isFalse();
    assertThat(keeps(verb, "--keep-engines")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"model", "up"})
  void theFlagWinsOverTheFile(String verb) throws Exception {
    Path file = Files.writeString(home.resolve("mine.conf"), "remuda.node.keep-engines = off\n");

    assertThat(keeps(verb, "--config", file.toString())).isFalse();
    assertThat(keeps(verb, "--config", file.toString(), "--keep-engines")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"registry", "gateway"})
  void aNodeWithoutEnginesHasNoSuchFlag(String verb) {
    Typed typed = Typed.line(verb, "--keep-engines");

    assertThat(typed.exit()).isEqualTo(Exit.USAGE.code());
    assertThat(typed.err()).contains("--keep-engines");
  }

  /** What the node that is typed so would be started with. */
  private boolean keeps(String verb, String... options) {
    List<String> line = new ArrayList<>(List.of(verb, "--data", home.toString()));
    line.addAll(List.of(options));
    Surroundings nobody =
        new Surroundings(System.in, System.out, System.err, Map.of(), home, false);
    CommandLine typed =
        Main.commandLine(nobody)
            .parseArgs(line.toArray(String[]::new))
            .subcommand()
            .commandSpec()
            .commandLine();
    Object command = typed.getCommand();
    Config config =
        command instanceof UpVerb up ? up.config() : ((NodeVerbs.Model) command).config();
    return config.getBoolean("remuda.node.keep-engines");
  }
}
