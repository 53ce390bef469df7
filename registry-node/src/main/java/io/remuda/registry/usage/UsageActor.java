package io.remuda.registry.usage;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.UsageProtocol;
import io.remuda.protocol.UsageProtocol.Command;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.HandedIn;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.UsageProtocol.Lines;
import io.remuda.protocol.UsageProtocol.Read;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/**
 * Keeper of what models were used for. It holds nothing itself: what it answers is in the database,
 * so that no death loses it. One thing after the other is done there.
 */
public final class UsageActor extends AbstractBehavior<Command> {

  private static final Duration FORGET_INTERVAL = Duration.ofHours(1);

  private record Done(Runnable answer) implements Command {}

  /** What is done in the database. */
  private interface Work<T> {
    T run() throws SQLException;
  }

  private final UsageLedger ledger;
  private final UsageTimes times;
  private final Clock clock;
  private final Executor blocking;
  private CompletableFuture<?> last = CompletableFuture.completedFuture(true);
  private int waiting;
  private Instant forgotten = Instant.EPOCH;

  private UsageActor(
      ActorContext<Command> context, UsageLedger ledger, UsageTimes times, Clock clock) {
    super(context);
    this.ledger = ledger;
    this.times = times;
    this.clock = clock;
    this.blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.blocking());
  }

  /** The behaviour, with the journal's database. */
  public static Behavior<Command> create(DataSource database, UsageTimes times, Clock clock) {
    return Behaviors.setup(
        context -> new UsageActor(context, new UsageLedger(database), times, clock));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(HandIn.class, this::onHandIn)
        .onMessage(Read.class, this::onRead)
        .onMessage(Done.class, this::onDone)
        .build();
  }

  private Behavior<Command> onHandIn(HandIn handed) {
    ActorRef<HandedIn> caller = handed.replyTo();
    Instant now = clock.instant();
    boolean forgets = !forgotten.plus(FORGET_INTERVAL).isAfter(now);
    forgotten = forgets ? now : forgotten;
    return run(
        () -> {
          if (forgets) {
            ledger.forget(now, times.retention());
          }
          return ledger.handIn(handed, now);
        },
        spent -> caller.tell(new HandedIn(handed.number(), spent, Optional.empty())),
        why -> caller.tell(new HandedIn(handed.number(), List.of(), Optional.of(why))));
  }

  private Behavior<Command> onRead(Read wish) {
    return run(
        () -> ledger.read(wish, UsageProtocol.MOST_LINES),
        found -> {
          boolean more = found.size() > UsageProtocol.MOST_LINES;
          List<Line> lines = more ? found.subList(0, UsageProtocol.MOST_LINES) : found;
          wish.replyTo().tell(new Lines(lines, more, Optional.empty()));
        },
        why -> wish.replyTo().tell(new Lines(List.of(), false, Optional.of(why))));
  }

  private <T> Behavior<Command> run(
      Work<T> work,
      java.util.function.Consumer<T> answer,
      java.util.function.Consumer<Refused> refuse) {
    if (waiting >= times.waiting()) {
      refuse.accept(away("has as much to do as may wait for it"));
      return this;
    }
    waiting++;
    CompletableFuture<T> done =
        last.handle((before, failure) -> true)
            .thenApplyAsync(
                go -> {
                  try {
                    return work.run();
                  } catch (SQLException e) {
                    throw new CompletionException(e);
                  }
                },
                blocking);
    last = done;
    getContext()
        .pipeToSelf(
            done,
            (found, failure) ->
                new Done(
                    failure == null
                        ? () -> answer.accept(found)
                        : () -> {
                          getContext().getLog().warn("event=usage-not-kept why=\"{}\"", failure);
                          refuse.accept(away("did not do it"));
                        }));
    return this;
  }

  private Behavior<Command> onDone(Done done) {
    waiting--;
    done.answer().run();
    return this;
  }

  private static Refused away(String what) {
    return Refused.of(
        ErrorCode.STORE_UNAVAILABLE,
        "the registry's database " + what + "; what was used is handed in again");
  }
}
