package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reason that ends with fifty lines of an engine's output. */
class LongReasonTest {
  private static final String LINES =
      IntStream.rangeClosed(1, 50).mapToObj(i -> "line " + i).collect(Collectors.joining("\\n"));

  @TempDir private Path home;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @BeforeEach
  void script() {
    gateway.on(
        "GET /v1/deployments/bad/why",
        200,
        "{\"name\":\"bad\",\"phase\":\"FAILED\",\"reason\":\"it ended\\n" + LINES + "\"}");
    gateway.on(
        "GET /v1/deployments/bad",
        200,
        "{\"name\":\"bad\",\"phase\":\"FAILED\",\"reason\":\"it ended\\n" + LINES + "\"}");
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void aPersonIsShownTheNewestLines() {
    assertThat(type("explain", "bad"))
        .contains("bad is FAILED: it ended\n...\nline 43\n")
        .contains("line 50")
        .doesNotContain("line 42");
    assertThat(type("show", "bad")).contains("line 50").doesNotContain("line 42");
  }

  @Test
  void aProgramGetsThemAll() {
    assertThat(type("explain", "bad", "-o", "json")).contains(LINES);
    assertThat(type("show", "bad", "-o", "json")).contains(LINES);
  }

  private String type(String... args) {
    return Typed.in(Map.of("REMUDA_URL", gateway.url()), home, "", args).out();
  }
}
