package io.remuda.protocol.metrics;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Optional;
import kamon.Kamon;
import kamon.metric.Gauge;
import kamon.tag.TagSet;

/**
 * Looks at the mailboxes of a system at the pace of the metrics and shows how many messages the
 * longest one holds. Logs a warning once they come to be more than the alarm: mailboxes have no
 * bound of their own, so an actor that is slower than what it is sent takes memory until there is
 * none.
 */
public final class LongestMailbox {

  /** Says nothing that others could send. */
  public interface Command {}

  private enum Look implements Command {
    LOOK
  }

  private final ActorContext<Command> context;
  private final String name;
  private final OpenMailboxes mailboxes;
  private final Gauge gauge;
  private final int alarm;

  /** Whether the last look found one above the alarm. */
  private boolean told;

  private LongestMailbox(ActorContext<Command> context, String name, int alarm) {
    this.context = context;
    // Akka would name an actor's cell, and its words are often turned down.
    context.setLoggerName(LongestMailbox.class);
    this.name = name;
    this.mailboxes = OpenMailboxes.of(Adapter.toClassic(context.getSystem()));
    this.gauge =
        Kamon.gauge(MetricNames.MAILBOX_LONGEST).withTags(TagSet.of(MetricNames.SYSTEM, name));
    this.alarm = alarm;
  }

  /** Watches a system for as long as it lives, also while its default dispatcher is held up. */
  public static void watch(ActorSystem<?> system, String name) {
    system.systemActorOf(
        create(name),
        "longest-mailbox",
        DispatcherSelector.fromConfig("akka.actor.internal-dispatcher"));
  }

  /**
   * @param name which system this is, as its label
   */
  public static Behavior<Command> create(String name) {
    return Behaviors.setup(
        context -> {
          Config config = context.getSystem().settings().config().getConfig("remuda.metrics");
          Duration pace = config.getDuration("tick");
          LongestMailbox probe = new LongestMailbox(context, name, config.getInt("mailbox-alarm"));
          return Behaviors.withTimers(
              timers -> {
                timers.startTimerWithFixedDelay(Look.LOOK, pace);
                return Behaviors.receive(Command.class)
                    .onMessage(Look.class, look -> probe.onLook())
                    .onSignal(PostStop.class, signal -> probe.onEnd())
                    .build();
              });
        });
  }

  private Behavior<Command> onLook() {
    Optional<OpenMailboxes.Line> longest = mailboxes.longest();
    gauge.update(longest.map(OpenMailboxes.Line::messages).orElse(0));
    Optional<OpenMailboxes.Line> overrun = longest.filter(line -> line.messages() > alarm);
    overrun.filter(line -> !told).ifPresent(this::tell);
    told = overrun.isPresent();
    return Behaviors.same();
  }

  private void tell(OpenMailboxes.Line line) {
    context
        .getLog()
        .warn(
            "event=mailbox-long system={} actor={} messages={} alarm={} text=\"it is sent more than"
                + " it can take; the machine is overloaded, or something blocks it\"",
            name,
            line.actor().path().toStringWithoutAddress(),
            line.messages(),
            alarm);
  }

  /** What has ended holds nothing. */
  private Behavior<Command> onEnd() {
    gauge.update(0);
    return Behaviors.same();
  }
}
