package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.remuda.node.gpu.GpuLocks;
import io.remuda.node.gpu.GpuProbe;
import io.remuda.node.gpu.GpuSettings;
import io.remuda.protocol.id.InstanceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose memory of a GPU a look says is used. */
class GpuOwnersTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final InstanceId A = InstanceId.of("a-1");

  /** Beyond the highest that Linux gives. */
  private static final long NO_PROCESS = 5_000_000;

  private final ActorTestKit kit = ActorTestKit.create();
  @TempDir Path folder;

  @AfterEach
  void close() {
    kit.shutdownTestKit();
  }

  @Test
  void anEngineThatHasEndedIsStillKnownByItsProcessesWhileTheyAreListed() throws IOException {
    try (GpuLocks locks = new GpuLocks(folder.resolve("locks"))) {
      TestProbe<NodeAgent.GpusSeen> agent = kit.createTestProbe();
      ActorRef<GpuWatch.Command> watch =
          kit.spawn(GpuWatch.create(new GpuProbe(driver()), locks, Runnable::run, agent.getRef()));

      watch.tell(new GpuWatch.Look(7, Map.of(A, OptionalLong.of(NO_PROCESS)), Set.of()));
      NodeAgent.GpusSeen running = agent.receiveMessage(LIMIT);
      watch.tell(new GpuWatch.Look(8, Map.of(), Set.of(A)));
      NodeAgent.GpusSeen ended = agent.receiveMessage(LIMIT);
      watch.tell(new GpuWatch.Look(9, Map.of(), Set.of()));
      NodeAgent.GpusSeen forgotten = agent.receiveMessage(LIMIT);

      assertThat(running.look()).isEqualTo(7);
      assertThat(running.use().usedMiB(A, "GPU-a")).isEqualTo(500);
      assertThat(running.use().foreignMiB()).isEqualTo(Map.of("GPU-a", 300L));
      assertThat(running.use().ownerlessMiB("GPU-a")).isEqualTo(100);
      assertThat(ended.use().usedMiB(A, "GPU-a")).isEqualTo(500);
      assertThat(forgotten.use().foreignMiB()).isEqualTo(Map.of("GPU-a", 800L));
    }
  }

  @Test
  void anInstanceThatHasNoEngineForAMomentIsStillKnownByItsProcesses() throws IOException {
    try (GpuLocks locks = new GpuLocks(folder.resolve("locks"))) {
      TestProbe<NodeAgent.GpusSeen> agent = kit.createTestProbe();
      ActorRef<GpuWatch.Command> watch =
          kit.spawn(GpuWatch.create(new GpuProbe(driver()), locks, Runnable::run, agent.getRef()));

      watch.tell(new GpuWatch.Look(1, Map.of(A, OptionalLong.of(NO_PROCESS)), Set.of()));
      agent.receiveMessage(LIMIT);
      watch.tell(new GpuWatch.Look(2, Map.of(A, OptionalLong.empty()), Set.of()));
      agent.receiveMessage(LIMIT);
      watch.tell(new GpuWatch.Look(3, Map.of(), Set.of(A)));
      NodeAgent.GpusSeen ended = agent.receiveMessage(LIMIT);

      assertThat(ended.use().usedMiB(A, "GPU-a")).isEqualTo(500);
      assertThat(ended.use().foreignMiB()).isEqualTo(Map.of("GPU-a", 300L));
    }
  }

  private GpuSettings driver() throws IOException {
    Path program = folder.resolve("nvidia-smi");
    Files.writeString(
        program,
        """
        #!/bin/sh
        case "$1" in
          --query-gpu*) echo '0, GPU-a, X, 8000, 900, 1, 2, 3' ;;
          *) echo 'GPU-a, %d, engine, 500'; echo 'GPU-a, %d, other, 300' ;;
        esac
        """
            .formatted(NO_PROCESS, NO_PROCESS + 1));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return GpuSettings.from(
        ConfigFactory.parseString("remuda.node.gpu.nvidia-smi = \"" + program + "\"")
            .withFallback(ConfigFactory.defaultReference())
            .resolve(),
        "m1");
  }
}
