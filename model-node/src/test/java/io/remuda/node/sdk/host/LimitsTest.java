package io.remuda.node.sdk.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.node.jar.SampleJars;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsTest {
  @TempDir Path folder;

  @Test
  void areThoseOfTheCard() throws Exception {
    Limits limits = unary("concurrency = 3, timeoutMillis = 700, batchSize = 9");

    assertThat(limits.slots()).isEqualTo(3);
    assertThat(limits.concurrency()).isEqualTo(3);
    assertThat(limits.timeout()).isEqualTo(Duration.ofMillis(700));
    assertThat(limits.batchSize()).isEqualTo(1);
    assertThat(limits.batchWindow()).isZero();
    assertThat(limits.maxHanging()).isEqualTo(3);
    assertThat(limits.maxOutputBytes()).isEqualTo(8 << 20);
  }

  @Test
  void areTheDeploymentsWhereItSaysSo() throws Exception {
    Limits limits =
        unary(
            "concurrency = 3",
            "--slots",
            "20",
            "--timeout-seconds",
            "1.5",
            "--max-output-mib",
            "0.5",
            "--max-hanging",
            "0");

    assertThat(limits.slots()).isEqualTo(20);
    assertThat(limits.timeout()).isEqualTo(Duration.ofMillis(1_500));
    assertThat(limits.maxOutputBytes()).isEqualTo(512 << 10);
    assertThat(limits.maxHanging()).isZero();
  }

  @Test
  void aBatchModelHasSlotsForFullBatches() throws Exception {
    Path jar =
        SampleJars.batch(
            folder.resolve("a.jar"), "concurrency = 2, batchSize = 8", "return inputs;");

    assertThat(of(jar).slots()).isEqualTo(16);
    assertThat(of(jar).concurrency()).isEqualTo(2);
    assertThat(of(jar, "--slots", "20", "--batch-size", "10").concurrency()).isEqualTo(2);
    assertThat(of(jar, "--batch-window-millis", "7").batchWindow()).isEqualTo(Duration.ofMillis(7));
  }

  @Test
  void refusesACardThatAsksForTheImpossible() {
    for (String card :
        List.of(
            "concurrency = 0", "timeoutMillis = 0", "batchSize = 0", "batchWindowMillis = -1")) {
      assertThatThrownBy(() -> unary(card))
          .as(card)
          .isInstanceOf(Unusable.class)
          .hasMessageContaining("asks for the impossible");
    }
    assertThatThrownBy(() -> unary("concurrency = 5000"))
        .isInstanceOf(Unusable.class)
        .hasMessageContaining("at most 4096");
  }

  @Test
  void theHostTakesNoOptionThatItDoesNotKnow() {
    assertThatThrownBy(() -> HostOptions.parse("serve", "--jar", "a.jar", "--prot", "1"))
        .hasMessageContaining("no option --prot");
    assertThatThrownBy(() -> HostOptions.parse("serve")).hasMessageContaining("one of --jar and");
    assertThatThrownBy(() -> HostOptions.parse("serve", "--jar", "a.jar", "--onnx", "a.onnx"))
        .hasMessageContaining("one of --jar and --onnx");
    assertThatThrownBy(() -> HostOptions.parse("sreve", "--jar", "a.jar"))
        .hasMessageContaining("usage:");
  }

  private Limits unary(String card, String... options) throws Exception {
    return of(SampleJars.unary(folder.resolve("a.jar"), card, "return answer(text);"), options);
  }

  private static Limits of(Path jar, String... options) throws Exception {
    List<String> line = new ArrayList<>(List.of("serve", "--jar", jar.toString()));
    line.addAll(List.of(options));
    return Limits.of(LoadedModel.in(jar), HostOptions.parse(line.toArray(String[]::new)));
  }
}
