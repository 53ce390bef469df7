package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PsVerbTest {

  @Test
  void saysHowFarAStartIsWhereThatIsKnown(@TempDir Path home) {
    try (ScriptedGateway gateway = new ScriptedGateway()) {
      gateway.on(
          "GET /v1/instances",
          200,
          "[{\"instance\":\"a-1\",\"phase\":\"WARMING\",\"progress\":0.42},"
              + "{\"instance\":\"a-2\",\"phase\":\"WARMING\",\"progress\":0.42,"
              + "\"loading\":{\"bytesRead\":1,\"bytes\":2,\"leftSeconds\":12}},"
              + "{\"instance\":\"b-1\",\"phase\":\"WARMING\",\"progress\":null},"
              + "{\"instance\":\"c-1\",\"phase\":\"READY\",\"progress\":1.0}]");

      String out = Typed.in(Map.of("REMUDA_URL", gateway.url()), home, "", "ps").out();

      assertThat(out.lines().skip(1))
          .satisfiesExactly(
              loading -> assertThat(loading).contains("WARMING 42%").doesNotContain("12s"),
              timed -> assertThat(timed).contains("WARMING 42% 12s"),
              first -> assertThat(first).contains("WARMING").doesNotContain("%"),
              ready -> assertThat(ready).contains("READY").doesNotContain("%"));
    }
  }
}
