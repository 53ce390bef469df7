package io.remuda.protocol.metrics;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import kamon.Kamon;
import kamon.metric.Timer;
import kamon.tag.TagSet;

/**
 * Measures how late this actor's dispatcher is: a timer fires at a fixed rate and tells the actor,
 * and what passes beyond the interval is the delay. Logs a warning, at most once in ten seconds,
 * when it is longer than the alarm. Spawn one on each dispatcher that matters.
 */
public final class DispatcherDelay {

  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Says nothing that others could send. */
  public interface Command {}

  private enum Tick implements Command {
    TICK
  }

  private final ActorContext<Command> context;
  private final String name;
  private final Timer timer;
  private final long intervalNanos;
  private final Duration alarm;
  private long lastNanos = System.nanoTime();
  private long alarmedNanos = lastNanos - QUIET_NANOS;

  private DispatcherDelay(ActorContext<Command> context, String name) {
    this.context = context;
    // Akka would name an actor's cell, and its words are often turned down.
    context.setLoggerName(DispatcherDelay.class);
    this.name = name;
    Config config = context.getSystem().settings().config().getConfig("remuda.metrics");
    this.intervalNanos = config.getDuration("dispatcher-probe-interval").toNanos();
    this.alarm = config.getDuration("dispatcher-alarm");
    this.timer =
        Kamon.timer(MetricNames.DISPATCHER_DELAY).withTags(TagSet.of(MetricNames.SYSTEM, name));
  }

  /** Watches the default dispatcher of a system for as long as it lives. */
  public static void watch(ActorSystem<?> system, String name) {
    system.systemActorOf(create(name), "dispatcher-delay", Props.empty());
  }

  /**
   * @param name which dispatcher this is, as its label
   */
  public static Behavior<Command> create(String name) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  DispatcherDelay probe = new DispatcherDelay(context, name);
                  timers.startTimerWithFixedDelay(Tick.TICK, Duration.ofNanos(probe.intervalNanos));
                  return Behaviors.receive(Command.class)
                      .onMessage(Tick.class, tick -> probe.onTick())
                      .onSignal(PostStop.class, signal -> Behaviors.same())
                      .build();
                }));
  }

  private Behavior<Command> onTick() {
    long now = System.nanoTime();
    long delay = Math.max(0, now - lastNanos - intervalNanos);
    lastNanos = now;
    timer.record(delay);
    if (delay > alarm.toNanos() && now - alarmedNanos > QUIET_NANOS) {
      alarmedNanos = now;
      context
          .getLog()
          .warn(
              "event=dispatcher-late dispatcher={} delayMillis={} text=\"the machine is overloaded,"
                  + " the JVM paused, or something blocks this dispatcher\"",
              name,
              TimeUnit.NANOSECONDS.toMillis(delay));
    }
    return Behaviors.same();
  }
}
