package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import io.remuda.node.gpu.GpuLocks;
import io.remuda.node.gpu.GpuProbe;
import io.remuda.node.gpu.GpuSettings;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent hears of its GPUs when their driver does not always answer. */
class GpuWatchTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String GOOD = "echo '0, GPU-a, X, %d, 100, 1, 2, 3'";
  private static final String SICK = "echo >> \"$0.failed\"; echo 'no driver'; exit 9";

  private final ActorTestKit kit = ActorTestKit.create();
  private final BlockingQueue<NodeAgent.GpusSeen> told = new LinkedBlockingQueue<>();

  @TempDir Path folder;
  private Path program;
  private GpuLocks locks;

  @BeforeEach
  void open() {
    program = folder.resolve("nvidia-smi");
    locks = new GpuLocks(folder.resolve("locks"));
  }

  @AfterEach
  void close() {
    kit.shutdownTestKit();
    locks.close();
  }

  @Test
  void aLookThatFailsLeavesWhatWasSeenBefore() throws IOException {
    ActorRef<GpuWatch.Command> watch = watch();
    driver(GOOD.formatted(8_000));
    watch.tell(new GpuWatch.Look(1, Map.of(), Set.of()));
    assertThat(total(Eventually.find("told", LIMIT, () -> Optional.ofNullable(told.poll()))))
        .isEqualTo(8_000);
    driver(SICK);
    LoggingTestKit.warn("gpus not read")
        .expect(
            kit.system(),
            () -> {
              watch.tell(new GpuWatch.Look(1, Map.of(), Set.of()));
              return null;
            });

    driver(GOOD.formatted(9_000));

    // Nothing was told in between.
    assertThat(total(lookUntilTold(watch))).isEqualTo(9_000);
  }

  @Test
  void aDriverThatNeverAnsweredIsWaitedForBeforeTheMachineGoesOnWithoutIt() throws IOException {
    ActorRef<GpuWatch.Command> watch = watch();
    driver(SICK);

    NodeAgent.GpusSeen without = lookUntilTold(watch);

    assertThat(without.use().gpus()).isEmpty();
    assertThat(Files.readString(folder.resolve("nvidia-smi.failed")).length())
        .isGreaterThanOrEqualTo(GpuWatch.PATIENCE);
    driver(GOOD.formatted(8_000));
    Eventually.isTrue("its GPU is back", LIMIT, () -> !lookUntilTold(watch).use().gpus().isEmpty());
  }

  private NodeAgent.GpusSeen lookUntilTold(ActorRef<GpuWatch.Command> watch) {
    return Eventually.find(
        "the agent is told",
        LIMIT,
        () -> {
          // While a look is under way another one is none.
          watch.tell(new GpuWatch.Look(1, Map.of(), Set.of()));
          return Optional.ofNullable(told.poll());
        });
  }

  private ActorRef<GpuWatch.Command> watch() {
    GpuSettings settings =
        GpuSettings.from(
            ConfigFactory.parseString("remuda.node.gpu.nvidia-smi = \"" + program + "\"")
                .withFallback(ConfigFactory.defaultReference())
                .resolve(),
            "m1");
    ActorRef<NodeAgent.GpusSeen> agent =
        kit.spawn(
            Behaviors.receiveMessage(
                seen -> {
                  told.add(seen);
                  return Behaviors.same();
                }));
    return kit.spawn(GpuWatch.create(new GpuProbe(settings), locks, Runnable::run, agent));
  }

  /** From now on the driver's program does this; moved into place whole, for it may run now. */
  private void driver(String script) throws IOException {
    Path next = folder.resolve("next");
    Files.writeString(next, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.move(
        next,
        program,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private static long total(NodeAgent.GpusSeen seen) {
    return seen.use().gpus().stream().mapToLong(Gpu::memoryTotalMiB).sum();
  }
}
