package io.remuda.gateway;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import io.remuda.gateway.batches.BatchDesk;
import io.remuda.gateway.batches.BatchDriver;
import io.remuda.gateway.batches.BatchSettings;
import io.remuda.gateway.batches.ModelLines;
import io.remuda.gateway.edge.Metering;
import io.remuda.gateway.http.BatchApi;
import io.remuda.gateway.http.TaskApi;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.task.TaskBackends;
import io.remuda.gateway.tasks.Backends;
import io.remuda.gateway.tasks.DeskSettings;
import io.remuda.gateway.tasks.Rounds;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.gateway.tasks.TaskRounds;
import io.remuda.gateway.tasks.WebhookPolicy;
import io.remuda.gateway.tasks.WebhookSettings;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.gateway.usage.MeterSettings;
import io.remuda.gateway.usage.TaskUsage;
import io.remuda.gateway.usage.UsageVoice;
import io.remuda.protocol.Refused;
import io.remuda.protocol.config.NodeHome;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/** A gateway's part in durable tasks: what the API offers of them, and what is done unasked. */
final class TaskPart implements AutoCloseable {

  private final TaskBackends backends;
  private final TaskApi api;
  private final TaskRounds rounds;
  private final BatchDriver driver;
  private final Rounds usage;

  private TaskPart(
      TaskBackends backends, TaskApi api, TaskRounds rounds, BatchDriver driver, Rounds usage) {
    this.backends = backends;
    this.api = api;
    this.rounds = rounds;
    this.driver = driver;
    this.usage = usage;
  }

  static TaskPart start(
      ActorSystem<?> local,
      NodeHome home,
      Config config,
      Routes routes,
      TypedModels models,
      Metering meter,
      UsageVoice.Registry registry,
      MeterSettings metering,
      ScheduledExecutorService timers,
      InstantSource clock) {
    WebhookSettings webhooks = WebhookSettings.from(config);
    DeskSettings settings = DeskSettings.from(config);
    TaskBackends backends = TaskBackends.open(local, home, config);
    Supplier<Backends> now =
        () ->
            new Backends(
                backends.queue(),
                backends.results(),
                backends.hooks(),
                backends.shelf(),
                backends
                    .unavailable()
                    .map(Refused::message)
                    .orElse("this gateway's task stores keep no webhooks"));
    TaskDesk desk = new TaskDesk(now, settings, clock, new SecureRandom(), meter);
    BatchSettings batches = BatchSettings.from(config);
    ModelLines lines =
        new ModelLines(
            models, routes::snapshot, settings.payloadLimit(), batches.removedWait(), clock);
    BatchDesk batchDesk = new BatchDesk(now, batches, clock, new SecureRandom());
    TaskApi api =
        new TaskApi(desk, models, new WebhookPolicy(webhooks), new BatchApi(batchDesk, lines));
    TaskRounds rounds =
        TaskRounds.start(now, desk, webhooks, routes::snapshot, api::hookBody, timers, clock);
    BatchDriver driver =
        BatchDriver.start(now, desk, lines, batches, timers, clock, "gateway-" + UUID.randomUUID());
    TaskUsage usage =
        new TaskUsage(
            backends::uses,
            registry,
            () -> routes.snapshot().access(),
            // A round that was given up may still be under way.
            settings.roundLimit().multipliedBy(2),
            metering.handInPatience());
    return new TaskPart(
        backends,
        api,
        rounds,
        driver,
        Rounds.start(
            "task-usage", metering.handInInterval(), settings.roundLimit(), timers, usage::handIn));
  }

  /** How many tasks waited for each model at the last reading. */
  Map<String, Long> depths() {
    return rounds.depths();
  }

  TaskApi api() {
    return api;
  }

  @Override
  public void close() throws Exception {
    usage.close();
    rounds.close();
    driver.close();
    backends.close();
  }
}
