package io.remuda.deploy.chaos;

import io.remuda.deploy.check.Observation.Change;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.protocol.id.ModelName;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** Operators who declare names, each one of its own. */
final class Changes {

  /** With so many at the same time, each of three registry nodes has one. */
  private static final int OPERATORS = 6;

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Door door;
  private final Recorder recorder;

  Changes(Door door, Recorder recorder) {
    this.door = door;
    this.recorder = recorder;
  }

  /** Declares a new name without a replica and says whether that was accepted. */
  boolean one() {
    return declare(name());
  }

  /**
   * Waits until changes are accepted of several names, since each lives on one registry node, and
   * says when the last one of them was; empty when one is still refused after the limit.
   */
  Optional<Duration> accepted(Duration limit) {
    ExecutorService operators = Executors.newFixedThreadPool(OPERATORS);
    try {
      List<Future<Optional<Duration>>> all =
          operators.invokeAll(Collections.nCopies(OPERATORS, () -> insist(limit)));
      Duration last = Duration.ZERO;
      for (Future<Optional<Duration>> each : all) {
        if (each.get().isEmpty()) {
          return Optional.empty();
        }
        last = last.compareTo(each.get().get()) > 0 ? last : each.get().get();
      }
      return Optional.of(last);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      operators.shutdownNow();
    }
  }

  /** The same name again and again: another one might live on a node that is well. */
  private Optional<Duration> insist(Duration limit) {
    ModelName name = name();
    Duration end = recorder.now().plus(limit);
    while (!declare(name)) {
      if (recorder.now().compareTo(end) >= 0) {
        return Optional.empty();
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    return Optional.of(recorder.now());
  }

  private ModelName name() {
    return new ModelName("probe-" + recorder.number());
  }

  private boolean declare(ModelName name) {
    Optional<Door.Answer> answer =
        door.put(
            "/v1/deployments/" + name, "{\"engine\":\"jvm\",\"model\":\"demo\",\"replicas\":0}");
    boolean accepted = answer.map(Door.Answer::status).equals(Optional.of(202));
    // Whatever else was answered may have come to pass nonetheless.
    recorder.add(
        new DeploymentChanged(
            recorder.now(),
            name,
            accepted ? answer.get().json().path("version").asLong() : 0,
            accepted ? Change.DEPLOYED : Change.UNSURE));
    return accepted;
  }
}
