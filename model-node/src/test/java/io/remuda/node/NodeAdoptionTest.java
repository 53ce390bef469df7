package io.remuda.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import io.remuda.node.instance.Admission;
import io.remuda.node.instance.Gate;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Route;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the next JVM of a machine makes of the engines that the last one has left. */
@Tag("slow")
class NodeAdoptionTest {

  private static final Resources SMALL = new Resources(0, 64, 0.5, 0);
  private static final Duration LIMIT = Duration.ofSeconds(40);

  @TempDir Path data;
  private RunningNode running;

  @BeforeEach
  void start() {
    running = RunningNode.start(data, Map.of());
    running.settle();
  }

  @AfterEach
  void end() {
    running.close();
  }

  private static InstanceId id(String name) {
    return new InstanceId(new ModelName(name), 7);
  }

  private InstanceReport started(String name, String command) {
    NodeProtocol.StartReply reply = running.start(RunningNode.spec(name, command), 7, SMALL);
    assertThat(reply.refused()).isEmpty();
    return running.await(id(name), Phase.READY);
  }

  static boolean alive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  @Test
  void requestsAndEnginesGoOnWhileTheClusterSystemIsRebuilt() {
    long pid = started("echo", "scripted").pid().orElseThrow();
    Gate gate = running.node.hosted().find(id("echo")).orElseThrow().gate();
    Admission.Permit inFlight = gate.tryAcquire().orElseThrow();
    ActorSystem<Void> before = running.system();

    running.node.cluster().orElseThrow().downNow();
    running.listenAgain();

    InstanceReport after = running.await(id("echo"), Phase.READY);
    assertThat(running.system()).isNotSameAs(before);
    assertThat(after.pid()).hasValue(pid);
    assertThat(after.inFlight()).isEqualTo(1);
    assertThat(after.restarts()).isZero();
    assertThat(running.node.hosted().find(id("echo")).orElseThrow().gate()).isSameAs(gate);
    assertThat(gate.isOpen()).isTrue();
    Eventually.isTrue(
        "its route, in the new system",
        LIMIT,
        () -> running.route(id("echo")).map(Route::phase).equals(Optional.of(Phase.READY)));
    inFlight.release();
    assertThat(running.stop(id("echo")).refused()).isEmpty();
    assertThat(alive(pid)).isFalse();
  }

  @Test
  void theNextJvmTakesUpTheEngineThatRuns() {
    InstanceReport before = started("echo", "scripted");
    running.abandon();
    assertThat(alive(before.pid().orElseThrow())).isTrue();

    running = RunningNode.start(data, Map.of());

    InstanceReport after = running.await(id("echo"), Phase.READY);
    assertThat(after.pid()).isEqualTo(before.pid());
    assertThat(after.port()).isEqualTo(before.port());
    assertThat(after.epoch()).isEqualTo(7);
    assertThat(after.sequence()).isGreaterThan(before.sequence());
    assertThat(running.report().report().capacity().memoryReservedMiB()).isEqualTo(64);
    running.settle();
    assertThat(running.start(RunningNode.spec("echo", "scripted"), 7, SMALL).refused()).isEmpty();
    assertThat(running.stop(id("echo")).refused()).isEmpty();
    assertThat(alive(before.pid().orElseThrow())).isFalse();
  }

  @Test
  void anEngineThatDiedWithItsJvmIsStartedAgainByTheNext() {
    InstanceReport before = started("echo", "scripted");
    running.abandon();
    ProcessHandle engine = ProcessHandle.of(before.pid().orElseThrow()).orElseThrow();
    engine.destroyForcibly();
    engine.onExit().join();

    running = RunningNode.start(data, Map.of());

    InstanceReport after = running.await(id("echo"), Phase.READY);
    assertThat(after.pid()).isNotEqualTo(before.pid());
  }

  @Test
  void restartsAreCountedOverTheJvmsOfTheMachine() {
    InstanceReport first = started("echo", "scripted");
    ProcessHandle.of(first.pid().orElseThrow()).orElseThrow().destroyForcibly();
    running.await(id("echo"), Phase.BACKOFF);
    assertThat(running.await(id("echo"), Phase.READY).restarts()).isEqualTo(1);
    running.abandon();

    running = RunningNode.start(data, Map.of());

    assertThat(running.await(id("echo"), Phase.READY).restarts()).isEqualTo(1);
  }

  @Test
  void anEngineWhoseAssignmentIsDamagedIsEndedAndTheFilePutAsideAndAnotherTakenUp()
      throws IOException {
    long damaged = started("bad", "scripted").pid().orElseThrow();
    InstanceReport other = started("echo", "scripted");
    running.abandon();
    Path folder = data.resolve("instances/bad-7");
    Files.writeString(folder.resolve("assignment.json"), "{\"assignment\":{\"id\":\"bad-7\"}");

    running = RunningNode.start(data, Map.of());

    assertThat(alive(damaged)).isFalse();
    assertThat(folder.resolve("assignment.json")).doesNotExist();
    assertThat(folder.resolve("assignment.json.damaged")).exists();
    assertThat(running.await(id("echo"), Phase.READY).pid()).isEqualTo(other.pid());
    running.settle();
    assertThat(running.start(RunningNode.spec("bad", "scripted"), 7, SMALL).refused()).isEmpty();
    running.await(id("bad"), Phase.READY);
  }

  @Test
  void anEngineWithoutAnAssignmentIsNobodysAndEnded() throws IOException {
    long pid = started("echo", "scripted").pid().orElseThrow();
    running.abandon();
    Files.delete(data.resolve("instances/echo-7/assignment.json"));

    running = RunningNode.start(data, Map.of());

    assertThat(alive(pid)).isFalse();
    assertThat(running.report().report().instances()).isEmpty();
  }

  @Test
  void anEngineWhoseRecordIsDamagedIsReplaced() throws IOException {
    long pid = started("echo", "scripted").pid().orElseThrow();
    running.abandon();
    Files.writeString(data.resolve("instances/echo-7/instance.json"), "");

    running = RunningNode.start(data, Map.of());

    assertThat(running.await(id("echo"), Phase.READY).pid().orElseThrow()).isNotEqualTo(pid);
    assertThat(alive(pid)).isFalse();
  }
}
