package io.remuda.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Keys;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.SmallDisk;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole machine whose disk is full: what runs serves on, what is new says why it does not. */
@Tag("slow")
class MachineDiskFullTest {

  private static final InstanceId ECHO = new InstanceId(new ModelName("echo"), 7);
  private static final InstanceId LATE = new InstanceId(new ModelName("late"), 8);
  private static final Resources SMALL = new Resources(0, 64, 0.5, 0);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int DISK_KIB = 4_096;

  @TempDir Path temporary;

  @Test
  void servesOnRefusesWithTheReasonAndGoesOnWithRoom() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(temporary.resolve("disk"), DISK_KIB);
        RunningNode running =
            RunningNode.start(
                disk.folder(),
                Map.of(
                    "remuda.node.min-free-disk", "1KiB",
                    "remuda.node.instance.restart.first-pause", "100ms",
                    "remuda.node.instance.restart.longest-pause", "500ms"))) {
      running.settle();
      long engine = started(running, ECHO, "echo").pid().orElseThrow();

      Path filler = disk.fill();

      assertThat(running.start(RunningNode.spec("late", "scripted"), 8, SMALL).refused()).isEmpty();
      InstanceReport late =
          Eventually.find(
              "the reason is told",
              LIMIT,
              () ->
                  running.report().report().instances().stream()
                      .filter(one -> one.id().equals(LATE) && one.reason().isPresent())
                      .findFirst());
      assertThat(late.reason().orElseThrow()).contains("room");
      assertThat(late.pid()).isEmpty();
      assertThat(running.await(ECHO, Phase.READY).pid()).hasValue(engine);
      assertThat(chat(running, disk.folder())).isEqualTo(200);
      assertThat(running.stop(LATE).refused()).isEmpty();

      Files.delete(filler);

      started(running, new InstanceId(new ModelName("next"), 9), "next");
      assertThat(running.await(ECHO, Phase.READY).restarts()).isZero();
      assertThat(running.stop(ECHO).refused()).isEmpty();
      assertThat(NodeAdoptionTest.alive(engine)).isFalse();
    }
  }

  private static InstanceReport started(RunningNode running, InstanceId id, String name) {
    assertThat(running.start(RunningNode.spec(name, "scripted"), id.number(), SMALL).refused())
        .isEmpty();
    return running.await(id, Phase.READY);
  }

  private static int chat(RunningNode running, Path data) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://" + running.node.frontAddress() + "/i/echo-7/v1/chat/completions"))
                .timeout(LIMIT)
                .header(
                    Keys.CLUSTER_KEY_HEADER, Files.readString(data.resolve("cluster.key")).strip())
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"echo\",\"messages\":[]}"))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}
