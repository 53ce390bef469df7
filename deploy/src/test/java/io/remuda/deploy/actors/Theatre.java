package io.remuda.deploy.actors;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Adapter;
import akka.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import akka.persistence.testkit.javadsl.SnapshotTestKit;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * The actor system of a test class's plays, one after the other. All its actors run in the thread
 * that moves its time, one after the other, so that a play goes the same way each time.
 *
 * <p>Messages between actors of one node are not serialized: they never leave it, and not all of
 * them could. Those that cross a {@link Wire} are, each of them.
 */
final class Theatre implements AutoCloseable {

  static final Config CONFIG =
      ConfigFactory.parseString(
              """
              akka {
                actor {
                  provider = local
                  default-dispatcher {
                    executor = io.remuda.deploy.actors.OneStage
                    throughput = 1
                  }
                  internal-dispatcher = ${akka.actor.default-dispatcher}
                }
                scheduler.implementation = io.remuda.deploy.actors.VirtualScheduler
                persistence {
                  journal.plugin = akka.persistence.testkit.journal
                  testkit.journal.class = io.remuda.deploy.actors.ScriptedJournal
                }
              }
              # Often, so that owners come back from snapshots too.
              remuda.journal.snapshot-every = 5
              # Virtual time costs real time too: a message a machine and second.
              remuda.node.gpu.nvidia-smi = ""
              remuda.node.instance { start-limit = 2m, restart.give-up-after = 6 }
              """)
          .withFallback(PersistenceTestKitSnapshotPlugin.config())
          .withFallback(ConfigFactory.parseResources("remuda-registry-akka.conf"))
          .withFallback(ConfigFactory.load())
          .resolve();

  /** Repeats this seed alone. */
  private static final String SEED = "actors.seed";

  /** So many seeds of each play, instead of what it asks for. */
  private static final String SEEDS = "actors.seeds";

  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  /** Who complains of what the plays do to them; a tale says it better. */
  private static final List<String> COMPLAINING = List.of("akka", "io.remuda");

  private final Map<Logger, Level> muted = new HashMap<>();
  private final ActorTestKit kit;
  private final VirtualScheduler scheduler;
  private final ManualTime time;
  private final Path folders;
  private final List<ActorRef<?>> playing = new ArrayList<>();

  Theatre(String name) {
    if (ForkJoinPool.getCommonPoolParallelism() < 2) {
      throw new IllegalStateException(
          "asks are answered by threads of their own, which nobody can wait for; run with"
              + " -Djava.util.concurrent.ForkJoinPool.common.parallelism=2, as the build does");
    }
    try {
      folders = Files.createTempDirectory(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    COMPLAINING.forEach(this::mute);
    kit = ActorTestKit.create(name, CONFIG);
    scheduler = (VirtualScheduler) Adapter.toClassic(kit.system()).scheduler();
    time = ManualTime.get(kit.system());
    scheduler.turns().begin();
  }

  /** A play; {@link Stage#finish} ends a good one. */
  interface Play {
    void play(Stage stage);
  }

  /** Gives the play with so many seeds, each on an empty stage; the first that fails is told. */
  void plays(int seeds, Play play) {
    long first = Long.getLong(SEED, 1);
    long last = Long.getLong(SEED, Long.getLong(SEEDS, seeds));
    for (long seed = first; seed <= last; seed++) {
      play(seed, play);
    }
  }

  /** Gives the play once; a number that two plays share only when all in them went the same. */
  long play(long seed, Play play) {
    PersistenceTestKit.create(kit.system()).clearAll();
    SnapshotTestKit.create(kit.system()).clearAll();
    try (Stage stage = new Stage(this, seed, folders.resolve("seed-" + seed))) {
      try {
        play.play(stage);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(stage.tale().text(seed) + "\n" + e.getMessage(), e);
      }
      if (!stage.tale().isWell()) {
        throw new AssertionError(stage.tale().text(seed));
      }
      return stage.tale().hash();
    } finally {
      List.copyOf(playing).forEach(this::stop);
      scheduler.forgetAll();
      remove(folders.resolve("seed-" + seed));
    }
  }

  ActorTestKit kit() {
    return kit;
  }

  VirtualScheduler scheduler() {
    return scheduler;
  }

  void timePasses(Duration amount) {
    time.timePasses(amount);
  }

  <T> ActorRef<T> spawn(Behavior<T> behavior) {
    ActorRef<T> actor = scheduler.turns().await(() -> kit.spawn(behavior));
    playing.add(actor);
    return actor;
  }

  void stop(ActorRef<?> actor) {
    playing.remove(actor);
    await(() -> kit.stop(actor, STOP_LIMIT));
  }

  @Override
  public void close() {
    await(kit::shutdownTestKit);
    scheduler.turns().end();
    remove(folders);
    muted.forEach(Logger::setLevel);
  }

  private void mute(String name) {
    Logger logger = (Logger) LoggerFactory.getLogger(name);
    muted.put(logger, logger.getLevel());
    logger.setLevel(Level.OFF);
  }

  private void await(Runnable work) {
    scheduler
        .turns()
        .await(
            () -> {
              work.run();
              return work;
            });
  }

  private static void remove(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> content = Files.walk(folder)) {
      for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
