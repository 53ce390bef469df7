package io.remuda.node.instance;

import io.remuda.node.engine.FilesRead;
import io.remuda.node.engine.LogNews;
import io.remuda.protocol.Refused;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How the engine of one instance is brought up, proven and ended, whatever kind it is. All methods
 * that say so block, within limits of their own, and are called one at a time.
 */
public interface EngineRuntime {

  /** Whether it may be started; otherwise what a former JVM left can only be ended. */
  default boolean startable() {
    return true;
  }

  /** What it gives to the byte path once it is ready. */
  Serving serving();

  /**
   * Whether it allocates memory while it starts, so that two starts have to wait for each other.
   */
  default boolean startsAlone() {
    return false;
  }

  /**
   * Whether what it uses shows what the next one needs: not of one that fills what it is given, nor
   * of one whose process is not ours to look at.
   */
  default boolean measurable() {
    return false;
  }

  /** Brings the engine up. Blocks until something runs, not until it is ready. */
  Start start();

  /** The engine that a former JVM left behind, when it is alive and the right one. Blocks. */
  default Optional<Running> adopt() {
    return Optional.empty();
  }

  /** The outcome of a start. */
  sealed interface Start {
    record Up(Running running) implements Start {}

    /**
     * Nothing runs.
     *
     * @param hopeless whether another try would end the same way
     */
    record Not(Refused refused, boolean hopeless) implements Start {}
  }

  /** How an engine shows that it is well. */
  interface Proof {

    /**
     * Completed when the engine has proven itself (alive, ours, it gives a token), or after {@code
     * limit} with what was missing.
     */
    CompletionStage<Optional<String>> prove(Duration limit);

    /**
     * One look whether it still answers, within a limit of its own.
     *
     * @param idle whether it has nothing to do, so that it may be asked for a token
     */
    CompletionStage<Boolean> answers(boolean idle);
  }

  /** An engine that was brought up. */
  interface Running extends Proof {
    OptionalLong pid();

    OptionalInt port();

    /** Where calls go; may be known only once it has proven itself. */
    Upstream upstream();

    /** What it gives to the byte path, when that is known only once it has proven itself. */
    default Optional<Serving> serving() {
      return Optional.empty();
    }

    /** How much of its model's files it has read; empty where nobody can see that. Blocks. */
    default Optional<FilesRead> read() {
      return Optional.empty();
    }

    /**
     * What its output tells of something wrong from byte {@code from} on; nothing where nobody can
     * read it. Blocks.
     */
    default LogNews wrongSince(long from) {
      return LogNews.none(from);
    }

    /** What it does about tasks by itself; empty when the machine works them off by calls. */
    default Optional<TaskDesk.Duty> duty() {
      return Optional.empty();
    }

    /**
     * Completed when it takes no task by itself and works on none, because the instance is kept for
     * a lease; at once where it takes none anyway. Maybe never: not every engine can be told.
     *
     * @param lease number of the lease, which rises with each that the instance is told
     */
    default CompletionStage<Void> rests(long lease) {
      return CompletableFuture.completedFuture(null);
    }

    /** Completed when the engine has ended, by itself or by {@link #end}. */
    CompletionStage<Ending> ending();

    /** Ends it and all that it started: asked first, killed after {@code grace}. */
    CompletionStage<?> end(Duration grace);
  }

  /**
   * How an engine ended.
   *
   * @param words exit status and last lines, for people
   */
  record Ending(String words, RestartPolicy.End end) {}
}
