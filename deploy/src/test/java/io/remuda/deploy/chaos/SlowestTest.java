package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.check.Observation.Outcome;
import io.remuda.deploy.check.Observation.Request;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlowestTest {

  private static final Duration BEGAN = Duration.ofSeconds(10);

  @TempDir private Path folder;

  @Test
  void tellsTheSlowestFirstAndNoneFromBeforeTheFault() {
    List<String> told =
        Slowest.of(
            List.of(
                asked("early", 1, 9),
                asked("a", 11, 0.1),
                asked("b", 12, 0.5),
                asked("c", 9.8, 1.2),
                asked("d", 14, 0.2)),
            BEGAN,
            List.of());

    assertThat(told).hasSize(3);
    assertThat(told.get(0)).contains("c took 1.20 s, asked -0.20 s after the begin");
    assertThat(told.get(1)).contains("b took 0.50 s", "by chat-3 through gateway-1");
    assertThat(told.get(2)).contains("d took");
  }

  @Test
  void showsWhatEachNodeNotedOfIt() throws Exception {
    Path gateway = write("gateway-1", "remuda.log", "client-1-1", "hops=chat-3:sent@0");
    Path machine = write("model-2", "remuda.1.log", "client-1-1", "older");
    Files.setLastModifiedTime(machine.resolve("remuda.1.log"), FileTime.fromMillis(1_000));
    write("model-2", "remuda.log", "client-1-1", "newer");
    write("model-2", "other.log", "client-1-17", "another");

    List<String> told =
        Slowest.of(
            List.of(asked("client-1-1", 11, 0.5)),
            BEGAN,
            List.of(
                new Slowest.Log("gateway-1", gateway),
                new Slowest.Log("model-2", machine),
                new Slowest.Log("model-3", folder.resolve("never"))));

    assertThat(told).hasSize(4);
    assertThat(told.get(1)).contains("gateway-1 12:00 event=x").endsWith("hops=chat-3:sent@0");
    assertThat(told.get(2)).contains("model-2").endsWith("older");
    assertThat(told.get(3)).contains("model-2").endsWith("newer");
  }

  private Path write(String node, String file, String request, String rest) throws Exception {
    Path logs = Files.createDirectories(folder.resolve(node));
    Files.writeString(
        logs.resolve(file),
        "12:00 DEBUG any [thread] event=x request=%s %s\n".formatted(request, rest));
    return logs;
  }

  private static Request asked(String id, double begin, double took) {
    Duration from = Duration.ofMillis(Math.round(begin * 1000));
    return new Request(
        id,
        "client",
        new ModelName("chat"),
        "gateway-1",
        from,
        Optional.empty(),
        from.plusMillis(Math.round(took * 1000)),
        Outcome.ANSWERED,
        Optional.of(InstanceId.of("chat-3")));
  }
}
