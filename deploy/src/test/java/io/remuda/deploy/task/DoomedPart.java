package io.remuda.deploy.task;

import com.google.protobuf.ByteString;
import io.remuda.gateway.task.DeadTask;
import io.remuda.gateway.task.TaskQueue;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.node.task.Claims;
import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * A process that is a gateway or a worker, and dies at one point of the first task's way: it halts,
 * and the system closes its connections. It connects at once and begins when it reads a line.
 */
final class DoomedPart {

  /** How a process ends that died where it was meant to. */
  static final int DIED = 42;

  private DoomedPart() {}

  /** Arguments: point, broker, result store, fingerprint, folder. */
  public static void main(String[] arguments) {
    Orders orders = Orders.open();
    FaultPoint point = FaultPoint.valueOf(arguments[0]);
    URI broker = URI.create(arguments[1]);
    UnconfirmedLink link = new UnconfirmedLink(broker.getHost(), broker.getPort(), DoomedPart::die);
    String queue = point == FaultPoint.GATEWAY_UNCONFIRMED ? link.url() : broker.toString();
    TaskStage stage =
        TaskStage.open(
            Map.of(
                "remuda.tasks.queue", queue,
                "remuda.tasks.results", arguments[2],
                "remuda.node.data", arguments[4]),
            arguments[3]);
    TaskStage.Machine machine = stage.machine();
    String order = orders.await();
    if (point.ofGateway()) {
      if (point == FaultPoint.GATEWAY_UNCONFIRMED) {
        link.keepConfirms();
      }
      submitUntilDead(stage, stage.desk(new DyingQueue(stage.queue(), point)), order);
    } else {
      work(stage, machine, point);
    }
  }

  /**
   * What a client does that is refused: it asks again under the same key. A broker or a store that
   * was slow for a moment must not leave this process alive.
   */
  private static void submitUntilDead(TaskStage stage, TaskDesk desk, String key) {
    while (true) {
      try {
        Object answer =
            desk.submit(stage.submit(key)).toCompletableFuture().get(30, TimeUnit.SECONDS);
        System.out.println("not dead, but answered: " + answer);
      } catch (InterruptedException | ExecutionException | TimeoutException e) {
        System.out.println("not dead, but refused: " + e);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
  }

  private static void work(TaskStage stage, TaskStage.Machine machine, FaultPoint point) {
    AtomicBoolean stored = new AtomicBoolean();
    TaskWorker worker =
        machine.work(
            1,
            claims -> point.last().map(step -> dying(claims, step)).orElse(claims),
            (input, progress) -> {
              stored.set(true);
              return CompletableFuture.completedFuture(
                  input.concat(ByteString.copyFromUtf8(" by " + ProcessHandle.current().pid())));
            },
            stage.settings());
    if (point == FaultPoint.WORKER_ACKNOWLEDGED) {
      Thread watch =
          new Thread(
              () -> {
                while (!stored.get() || worker.inFlight() > 0) {
                  LockSupport.parkNanos(200_000);
                }
                die();
              },
              "watch-acknowledged");
      watch.setDaemon(true);
      watch.start();
    }
  }

  private static Claims dying(Claims claims, Dying.Step last) {
    Dying dying = new Dying(claims, last);
    dying.died().thenRun(DoomedPart::die);
    return dying;
  }

  private static void die() {
    Runtime.getRuntime().halt(DIED);
  }

  /** A gateway's queue around whose confirm it dies. */
  private static final class DyingQueue implements TaskQueue {
    private final TaskQueue queue;
    private final FaultPoint point;

    DyingQueue(TaskQueue queue, FaultPoint point) {
      this.queue = queue;
      this.point = point;
    }

    @Override
    public CompletionStage<Optional<Refused>> publish(TaskEnvelope task) {
      if (point == FaultPoint.GATEWAY_BEFORE_PUBLISH) {
        die();
      }
      return queue
          .publish(task)
          .thenApply(
              refused -> {
                if (refused.isEmpty()) {
                  die();
                }
                return refused;
              });
    }

    @Override
    public CompletionStage<OptionalLong> depth(ModelName model, String fingerprint) {
      return queue.depth(model, fingerprint);
    }

    @Override
    public CompletionStage<Long> deadCount() {
      return queue.deadCount();
    }

    @Override
    public CompletionStage<List<DeadTask>> dead(int limit) {
      return queue.dead(limit);
    }

    @Override
    public CompletionStage<Boolean> bury(int limit, Function<DeadTask, CompletionStage<?>> burial) {
      return queue.bury(limit, burial);
    }

    @Override
    public CompletionStage<Boolean> retryDead(
        TaskId id, Function<TaskEnvelope, CompletionStage<TaskEnvelope>> revival) {
      return queue.retryDead(id, revival);
    }

    @Override
    public CompletionStage<Boolean> dropDead(
        TaskId id, Function<TaskEnvelope, CompletionStage<?>> burial) {
      return queue.dropDead(id, burial);
    }

    @Override
    public Optional<String> health() {
      return queue.health();
    }

    @Override
    public void close() {
      queue.close();
    }
  }
}
