package io.remuda.deploy.cli;

import io.remuda.deploy.local.Launcher;
import io.remuda.deploy.local.RunFile;
import io.remuda.protocol.Keys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node that is to end.
 *
 * @param launcher which would start it again; it hands the signal on, and then starts it no more
 */
record EndingNode(Turn turn, ProcessHandle process, Optional<ProcessHandle> launcher) {

  /**
   * Nodes of a fleet end in this order: nobody is asked what is not there any more, and what a
   * machine says at its end is heard.
   */
  enum Turn {
    GATEWAYS,
    MACHINES,
    REGISTRY_NODES;

    /** A whole fleet in one process has no order among others. */
    static Turn of(String role) {
      return role.equals(Keys.ROLE_GATEWAY)
          ? GATEWAYS
          : role.equals(Keys.ROLE_MODEL) ? MACHINES : REGISTRY_NODES;
    }
  }

  private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

  /** What runs from this data directory; empty when nothing does. */
  static Optional<EndingNode> in(Path data) {
    Optional<RunFile> run = RunFile.read(data);
    Optional<ProcessHandle> launcher = run.flatMap(RunFile::launcher).flatMap(Launcher::process);
    // A registry node that was voted out is gone until its launcher starts it again.
    return run.flatMap(RunFile::process)
        .or(() -> launcher)
        .map(
            process ->
                new EndingNode(Turn.of(run.map(RunFile::role).orElse("")), process, launcher));
  }

  long pid() {
    return process.pid();
  }

  /** Asks it to end in good order; false when that is not allowed. */
  boolean ask() {
    return launcher.filter(ProcessHandle::destroy).isPresent() || destroyed(process);
  }

  /** One that has ended meanwhile takes no signal, and needs none. */
  private static boolean destroyed(ProcessHandle process) {
    return process.destroy() || !process.isAlive();
  }

  boolean endsWithin(Duration limit) {
    if (!endsWithin(process, limit)) {
      return false;
    }
    launcher.ifPresent(one -> endsWithin(one, KILL_LIMIT));
    return true;
  }

  void kill() {
    launcher.ifPresent(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    endsWithin(process, KILL_LIMIT);
  }

  private static boolean endsWithin(ProcessHandle process, Duration limit) {
    try {
      process.onExit().get(Math.max(0, limit.toMillis()), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
