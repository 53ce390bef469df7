package io.remuda.gateway.tasks;

import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.proto.task.TaskRecord;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;

/** What a gateway does for tasks without being asked: deadlines, webhooks, depths. */
public final class TaskRounds implements AutoCloseable {

  private final List<AutoCloseable> parts;
  private final TaskDepths depths;

  private TaskRounds(List<AutoCloseable> parts, TaskDepths depths) {
    this.parts = List.copyOf(parts);
    this.depths = depths;
  }

  /** How many tasks waited for each model at the last reading. */
  public Map<String, Long> depths() {
    return depths.depths();
  }

  /**
   * Starts all of it.
   *
   * @param hookBody what a webhook is sent of an ended task
   * @param timers wakes the rounds; their work is the stores' own
   */
  public static TaskRounds start(
      Supplier<Backends> backends,
      TaskDesk desk,
      WebhookSettings webhooks,
      Supplier<RouteSnapshot> known,
      Function<TaskRecord, byte[]> hookBody,
      ScheduledExecutorService timers,
      InstantSource clock) {
    DeskSettings settings = desk.settings();
    TaskSweeper sweeper = new TaskSweeper(backends, settings.sweepBatch(), clock);
    TaskDepths depths = new TaskDepths(backends, known);
    List<AutoCloseable> parts = new ArrayList<>();
    parts.add(
        Rounds.start(
            "expire", settings.sweepPause(), settings.sweepLimit(), timers, sweeper::expire));
    // Apart from it: a queue that is away or slow must delay nobody's deadline.
    parts.add(
        Rounds.start("bury", settings.sweepPause(), settings.roundLimit(), timers, sweeper::bury));
    parts.add(
        Rounds.start("depths", settings.depthPause(), settings.roundLimit(), timers, depths::read));
    if (!webhooks.hosts().isEmpty()) {
      WebhookCall call =
          new WebhookCall(new WebhookPolicy(webhooks), webhooks, InetAddress::getAllByName);
      WebhookRound round =
          new WebhookRound(backends, desk, webhooks, call, hookBody, clock, new SecureRandom());
      parts.add(
          Rounds.start(
              "webhooks",
              webhooks.lookPause(),
              settings.roundLimit().plus(webhooks.timeout()),
              timers,
              round::deliver));
      parts.add(call);
    }
    return new TaskRounds(parts, depths);
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable part : parts) {
      part.close();
    }
  }
}
