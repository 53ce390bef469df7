package io.remuda.registry.journal;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.FleetProtocol.Events;
import io.remuda.protocol.FleetProtocol.ReadEvents;
import io.remuda.protocol.FleetProtocol.ReadNewest;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.EventView;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Reads the journal as the fleet's story, page by page, for readers who may wait for what comes.
 *
 * <p>Guarantees that a reader who goes on from the last event that he was given misses none: see
 * {@link JournalStory#page(long, int, long)}.
 */
public final class EventTail extends AbstractBehavior<EventTail.Command> {

  /** What the tail is told. */
  public interface Command {}

  /** A reader's wish. */
  public record Read(ReadEvents wish) implements Command {}

  /** A reader's wish for the last events, without waiting for more. */
  public record Newest(ReadNewest wish) implements Command {}

  /**
   * A name's last events, and those of {@code numbers} before them: the placements of what runs.
   */
  public record Story(ModelName name, int limit, Set<Long> numbers, ActorRef<Events> replyTo)
      implements Command {
    public Story {
      numbers = Set.copyOf(numbers);
    }
  }

  private record NewestRead(
      ActorRef<Events> reader, Optional<List<EventView>> events, Optional<Throwable> failure)
      implements Command {}

  private record Looked(
      ReadEvents wish,
      Instant until,
      Optional<JournalStory.Page> page,
      long highest,
      Optional<Throwable> failure)
      implements Command {}

  private record Again(ReadEvents wish, Instant until) implements Command {}

  private final JournalStore store;
  private final Clock clock;
  private final Executor blocking;
  private final TimerScheduler<Command> timers;
  private long nextTimer;
  private long settled;
  private long seen;
  private Instant seenAt;

  private EventTail(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      JournalStore store,
      Clock clock) {
    super(context);
    this.store = store;
    this.clock = clock;
    this.timers = timers;
    this.seenAt = clock.instant();
    this.blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.blocking());
  }

  public static Behavior<Command> create(JournalStore store, Clock clock) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new EventTail(context, timers, store, clock)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(
            Read.class, read -> look(read.wish(), clock.instant().plus(read.wish().patience())))
        .onMessage(Again.class, again -> look(again.wish(), again.until()))
        .onMessage(Looked.class, this::onLooked)
        .onMessage(
            Newest.class,
            newest ->
                answer(
                    newest.wish().replyTo(),
                    () -> store.story().newest(newest.wish().limit(), newest.wish().subject())))
        .onMessage(Story.class, wish -> answer(wish.replyTo(), () -> story(wish)))
        .onMessage(NewestRead.class, this::onNewestRead)
        .build();
  }

  private Behavior<Command> look(ReadEvents wish, Instant until) {
    if (!store.isUp()) {
      return refuse(wish.replyTo());
    }
    long knownSettled = settled;
    CompletableFuture<Looked> looking =
        CompletableFuture.supplyAsync(() -> read(wish, until, knownSettled), blocking);
    getContext()
        .pipeToSelf(
            looking,
            (looked, failure) ->
                looked != null
                    ? looked
                    : new Looked(wish, until, Optional.empty(), 0, Optional.of(failure)));
    return this;
  }

  private Looked read(ReadEvents wish, Instant until, long knownSettled) {
    try {
      long highest = store.story().highest();
      JournalStory.Page page =
          wish.subject().isPresent()
              ? store.story().page(wish.after(), wish.limit(), wish.subject().get())
              : store.story().page(wish.after(), wish.limit(), knownSettled);
      return new Looked(wish, until, Optional.of(page), highest, Optional.empty());
    } catch (SQLException e) {
      return new Looked(wish, until, Optional.empty(), 0, Optional.of(e));
    }
  }

  private Behavior<Command> onLooked(Looked looked) {
    ActorRef<Events> reader = looked.wish().replyTo();
    if (looked.page().isEmpty()) {
      getContext()
          .getLog()
          .warn("the journal cannot be read: {}", looked.failure().map(String::valueOf).orElse(""));
      return refuse(reader);
    }
    settle(looked.highest());
    List<EventView> events = looked.page().get().events();
    if (events.isEmpty() && clock.instant().isBefore(looked.until())) {
      timers.startSingleTimer(
          nextTimer++, new Again(looked.wish(), looked.until()), store.settings().pollInterval());
    } else {
      reader.tell(new Events(events, Optional.empty()));
    }
    return this;
  }

  private List<EventView> story(Story wish) throws SQLException {
    TreeMap<Long, EventView> all = new TreeMap<>();
    store
        .story()
        .numbered(PersistenceIds.model(wish.name().value()), wish.numbers())
        .forEach(event -> all.put(event.offset(), event));
    store
        .story()
        .newest(wish.limit(), Optional.of(wish.name().value()))
        .forEach(event -> all.put(event.offset(), event));
    return List.copyOf(all.values());
  }

  /** Answers with what {@code read}, which may block, finds. */
  private Behavior<Command> answer(ActorRef<Events> reader, Callable<List<EventView>> read) {
    if (!store.isUp()) {
      return refuse(reader);
    }
    CompletableFuture<List<EventView>> reading =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return read.call();
              } catch (Exception e) {
                throw new CompletionException(e);
              }
            },
            blocking);
    getContext()
        .pipeToSelf(
            reading,
            (events, failure) ->
                new NewestRead(reader, Optional.ofNullable(events), Optional.ofNullable(failure)));
    return this;
  }

  private Behavior<Command> onNewestRead(NewestRead read) {
    if (read.events().isEmpty()) {
      getContext()
          .getLog()
          .warn("the journal cannot be read: {}", read.failure().map(String::valueOf).orElse(""));
      return refuse(read.reader());
    }
    read.reader().tell(new Events(read.events().get(), Optional.empty()));
    return this;
  }

  /** What was the highest place a while ago has no open writes below it any more. */
  private void settle(long highest) {
    Instant now = clock.instant();
    if (!seenAt.plus(store.settings().gapPatience()).isAfter(now)) {
      settled = Math.max(settled, seen);
      seen = highest;
      seenAt = now;
    }
  }

  private Behavior<Command> refuse(ActorRef<Events> reader) {
    reader.tell(
        new Events(
            List.of(),
            Optional.of(
                Refused.of(
                    ErrorCode.STORE_UNAVAILABLE,
                    "the journal's database does not answer; events can be read again when it"
                        + " does"))));
    return this;
  }
}
