package io.remuda.deploy.chaos;

import io.remuda.deploy.check.Observation.Change;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.deploy.check.Observation.SchemaAccepted;
import io.remuda.deploy.simulation.Schemas;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.SpecJson;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Two operators who want the same new name at the same time, each for another schema and through
 * another gateway, again and again, whatever is broken meanwhile. One of them may get it.
 */
final class Rivals implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final Duration AGAIN = Duration.ofMillis(300);
  private static final Duration END_LIMIT = Duration.ofSeconds(40);

  /** Who was told neither yes nor no so often lets it be. */
  private static final int TRIES = 20;

  private static final int ACCEPTED = 202;
  private static final int CONFLICT = 409;

  /** Neither of them only adds to the other. */
  private static final List<Schema> WANTED = List.of(Schemas.ALL.get(0), Schemas.ALL.get(2));

  private final List<Door> doors;
  private final Recorder recorder;
  private final ExecutorService operators = Executors.newFixedThreadPool(WANTED.size());
  private final Thread thread = new Thread(this::run, "rivals");
  private volatile boolean ending;

  /**
   * @param doors one for each of the two; the same fleet
   */
  Rivals(List<Door> doors, Recorder recorder) {
    this.doors = List.copyOf(doors);
    this.recorder = recorder;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!ending) {
      contend();
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** Both ask for a new name at once, each until it was told yes or no. */
  void contend() {
    ModelName name = new ModelName("rival-" + recorder.number());
    List<Future<?>> both =
        List.of(operators.submit(() -> insist(name, 0)), operators.submit(() -> insist(name, 1)));
    try {
      for (Future<?> each : both) {
        each.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private void insist(ModelName name, int which) {
    Schema wanted = WANTED.get(which);
    String body =
        SpecJson.write(
                ModelSpec.of(name, "external", Optional.empty()).withReplicas(0).withSchema(wanted))
            .toString();
    for (int i = 0; i < TRIES && !ending; i++) {
      Optional<Door.Answer> answer = doors.get(which).put("/v1/deployments/" + name, body);
      int status = answer.map(Door.Answer::status).orElse(0);
      if (status == ACCEPTED) {
        long version = answer.get().json().path("version").asLong();
        recorder.add(new SchemaAccepted(recorder.now(), name, wanted.fingerprint(), false));
        recorder.add(new DeploymentChanged(recorder.now(), name, version, Change.DEPLOYED));
        return;
      }
      // Whatever else was answered may have come to pass nonetheless.
      recorder.add(new DeploymentChanged(recorder.now(), name, 0, Change.UNSURE));
      if (status == CONFLICT) {
        return;
      }
      LockSupport.parkNanos(AGAIN.toNanos());
    }
  }

  @Override
  public void close() {
    ending = true;
    try {
      thread.join(END_LIMIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    operators.shutdownNow();
  }
}
