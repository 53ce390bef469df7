package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a start in the background that fails. */
@Timeout(30)
final class DetachedTest {

  @TempDir private Path data;

  @Test
  void showsWhatAChildPrintedBeforeItFailedAndKeepsItFromOthers() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Path printed = data.resolve("logs/up.out");
    String child = "echo the only copy; stat -c 'mode %a' " + printed + "; echo why >&2; exit 1";

    assertThatThrownBy(() -> detached(out).run(List.of("/bin/sh", "-c", child)))
        .isInstanceOf(CliFailure.class)
        .hasMessageContaining("why");

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("the only copy\nmode 600\n");
    assertThat(printed).doesNotExist();
  }

  private Detached detached(ByteArrayOutputStream out) {
    return new Detached(
        new Surroundings(
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            Map.of(),
            data,
            false),
        ConfigFactory.parseMap(
            Map.of("remuda.node.data", data.toString(), "remuda.launch.ready-limit", "10s")));
  }
}
