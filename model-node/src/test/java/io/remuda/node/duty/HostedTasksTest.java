package io.remuda.node.duty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import io.remuda.node.jar.SampleJars;
import io.remuda.node.task.TaskWorkerSettings;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks of a model in its own host: what its answers and failures make of them. */
class HostedTasksTest {

  private static final TaskWorkerSettings SETTINGS =
      new TaskWorkerSettings(
          5,
          Duration.ofMinutes(1),
          Duration.ofMillis(10),
          Duration.ofMinutes(1),
          Duration.ofMillis(50),
          1 << 20);

  @TempDir Path folder;

  @Test
  void anAnswerOverTheHostsLimitFailsAtOnceWithTheReason() throws Exception {
    Path jar =
        SampleJars.unary(
            folder.resolve("a.jar"),
            "",
            "return answer(text.equals(\"much\") ? \"x\".repeat(5_000) : text + \"!\");");

    try (HostedBench bench = new HostedBench(jar, SETTINGS, "--max-output-mib", "0.001")) {
      assertThat(bench.end("little")).isEqualTo("DONE");
      assertThat(StringValue.parseFrom(bench.claims.result("little")).getValue())
          .isEqualTo("little!");
      assertThat(bench.end("much"))
          .startsWith("engine_failed: the model's answer has 5")
          .contains("max-output-mib");
      assertThat(bench.claims.attempts("much")).isEqualTo(1);
    }
  }
}
