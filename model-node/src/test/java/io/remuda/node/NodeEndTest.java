package io.remuda.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.remuda.node.instance.Admission;
import io.remuda.protocol.Route;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a node ends that was told to, and what it leaves to the next one. */
@Tag("slow")
class NodeEndTest {
  private static final InstanceId ECHO = new InstanceId(new ModelName("echo"), 7);
  private static final Resources SMALL = new Resources(0, 64, 0.5, 0);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path data;
  private RunningNode running;

  @BeforeEach
  void begin() {
    begin(Map.of("remuda.node.shutdown-drain", "50s", "remuda.node.shutdown-limit", "90s"));
  }

  private void begin(Map<String, Object> settings) {
    running = RunningNode.start(data, settings);
    running.settle();
  }

  @AfterEach
  void end() {
    running.close();
  }

  private InstanceReport started() {
    assertThat(running.start(RunningNode.spec("echo", "scripted"), 7, SMALL).refused()).isEmpty();
    return running.await(ECHO, Phase.READY);
  }

  private Optional<Phase> routed() {
    return running.route(ECHO).map(Route::phase);
  }

  @Test
  void itsRoutesGoFirstThenWhatIsInFlightThenItsEngineAndASecondWordHastensIt() throws Exception {
    // given
    long engine = started().pid().orElseThrow();
    Eventually.isTrue("a route", LIMIT, () -> routed().equals(Optional.of(Phase.READY)));
    Admission.Permit inFlight =
        running.node.hosted().find(ECHO).orElseThrow().gate().tryAcquire().orElseThrow();

    // when
    CompletableFuture<Void> ended = CompletableFuture.runAsync(running.node::close);

    // then
    Eventually.isTrue(
        "its route is withdrawn", LIMIT, () -> !routed().equals(Optional.of(Phase.READY)));
    assertThat(NodeAdoptionTest.alive(engine)).isTrue();
    assertThat(ended).isNotDone();
    running.node.hasten();
    ended.get(40, TimeUnit.SECONDS);
    assertThat(NodeAdoptionTest.alive(engine)).isFalse();
    assertThat(data.resolve("instances/echo-7")).doesNotExist();
    inFlight.release();
  }

  @Test
  void keptEnginesAreTheNextNodesWhichServesWithThem() throws Exception {
    running.close();
    begin(Map.of("remuda.node.keep-engines", "on"));
    InstanceReport before = started();

    running.close();

    assertThat(NodeAdoptionTest.alive(before.pid().orElseThrow())).isTrue();
    running = RunningNode.start(data, Map.of());
    InstanceReport after = running.await(ECHO, Phase.READY);
    assertThat(after.pid()).isEqualTo(before.pid());
    assertThat(after.restarts()).isZero();
    assertThat(running.node.hosted().find(ECHO).orElseThrow().gate().isOpen()).isTrue();
  }

  @Test
  void anEngineWhosePortIsAnothersIsReplacedAndTheOtherLeftAlone() throws Exception {
    // given
    InstanceReport before = started();
    running.abandon();
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    other.start();
    try {
      Path record = data.resolve("instances/echo-7/instance.json");
      String written = Files.readString(record);
      String port = "\"port\":" + before.port().orElseThrow();
      assertThat(written).contains(port);
      Files.writeString(record, written.replace(port, "\"port\":" + other.getAddress().getPort()));

      // when
      running = RunningNode.start(data, Map.of());

      // then
      InstanceReport after = running.await(ECHO, Phase.READY);
      assertThat(after.pid()).isNotEqualTo(before.pid());
      assertThat(after.port().orElseThrow()).isNotEqualTo(other.getAddress().getPort());
      assertThat(NodeAdoptionTest.alive(before.pid().orElseThrow())).isFalse();
    } finally {
      other.stop(0);
    }
  }
}
