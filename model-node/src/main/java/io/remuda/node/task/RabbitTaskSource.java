package io.remuda.node.task;

import akka.actor.typed.ActorSystem;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskSettings;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Function;

/**
 * Tasks from RabbitMQ: one connection for each queue that is consumed, and one for what is asked of
 * all of them.
 */
final class RabbitTaskSource implements TaskSource {

  private final ActorSystem<?> system;
  private final BrokerAddress address;
  private final BrokerQuestions questions;
  private final TaskSettings settings;
  private final ScheduledThreadPoolExecutor watchdog;
  private final Set<RabbitConsumption> open = ConcurrentHashMap.newKeySet();

  RabbitTaskSource(ActorSystem<?> system, TaskSettings.Broker place, TaskSettings settings) {
    this.system = system;
    this.settings = settings;
    this.address = new BrokerAddress(place, settings);
    this.questions = new BrokerQuestions(address);
    this.watchdog =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "remuda-node-tasks-watch");
              thread.setDaemon(true);
              return thread;
            });
    watchdog.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Consumption consume(
      ModelName model,
      String fingerprint,
      int window,
      Function<Delivery, CompletionStage<Verdict>> work) {
    String queue = TaskNames.queue(model, fingerprint);
    RabbitConsumption consumption =
        new RabbitConsumption(
            system,
            new Broker(address, queue),
            questions,
            settings,
            queue,
            window,
            work,
            open::remove);
    open.add(consumption);
    consumption.watch(watchdog, settings.watchInterval());
    return consumption;
  }

  @Override
  public void close() {
    open.forEach(RabbitConsumption::close);
    watchdog.shutdownNow();
    questions.close();
  }
}
