package io.remuda.registry;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.registry.journal.JournalStore;
import io.remuda.registry.journal.StoreFailure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Wakes every name that the journal knows, when told to and then again and again, and asks the API
 * keys for their word: the first ask of a sharded entity takes seconds, and this one is nobody's.
 * Keys that cannot be read are a word too, and no reason to take no changes of anything else.
 *
 * <p>Not all at once: after a registry node has gone each of its shards is given a place one after
 * the other, and each owner reads its journal, so that a name that somebody asks for meanwhile
 * would stand in line behind all that nobody asks for.
 *
 * <p>That the list of names does not come is no proof that the database is away, which may have
 * been asked for too much: it is doubted, and whoever probes it decides.
 */
final class Waker extends AbstractBehavior<Waker.Command> {

  /** What it is told. */
  interface Command {}

  /** Wake all that the journal knows, now. */
  enum Tick implements Command {
    WAKE
  }

  private enum Again implements Command {
    ASK_KEYS,
    WAKE_NEXT
  }

  private record NamesRead(List<JournalStore.Named> names, Optional<Throwable> failure)
      implements Command {}

  private record KeysAnswered(Optional<AccessProtocol.Reply> reply) implements Command {}

  /** What it tells the node: the names did not come, so the database may be away. */
  enum Doubt implements RegistryGuardian.Command {
    STORE
  }

  /**
   * What it tells the node: the API keys' entity has answered.
   *
   * @param broken why keys can be neither made nor revoked; empty when they can
   */
  record KeysTold(Optional<String> broken) implements RegistryGuardian.Command {}

  /** What it wakes. */
  interface World {

    /** Whether entities can be reached and the database answers. */
    boolean isAwake();

    /** All names of the journal; fails where its database does not answer in time. */
    CompletionStage<List<JournalStore.Named>> read();

    void wake(JournalStore.Named name);

    /** The API keys' answer to an ask; fails after a while without one. */
    CompletionStage<AccessProtocol.Reply> askKeys();
  }

  /** Of somebody who could not be asked; the API keys may be well. */
  private static final Set<ErrorCode> NO_WORD =
      Set.of(ErrorCode.STORE_UNAVAILABLE, ErrorCode.REGISTRY_UNAVAILABLE);

  private static final Duration STEP = Duration.ofMillis(100);

  private final World world;
  private final ActorRef<RegistryGuardian.Command> node;
  private final Duration retryInterval;
  private final TimerScheduler<Command> timers;
  private final int atOnce;
  private final Queue<JournalStore.Named> line = new ArrayDeque<>();
  private boolean reading;
  // Another round was wanted before this one was over.
  private boolean onceMore;
  private boolean unread;

  private Waker(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      World world,
      ActorRef<RegistryGuardian.Command> node,
      int pace,
      Duration retryInterval) {
    super(context);
    this.timers = timers;
    this.atOnce = Math.max(1, (int) (pace * STEP.toMillis() / 1000));
    this.world = world;
    this.node = node;
    this.retryInterval = retryInterval;
  }

  /**
   * The behaviour.
   *
   * @param wakeInterval between two rounds
   * @param pace so many names a second
   * @param retryInterval until the API keys are asked again when they did not answer
   */
  static Behavior<Command> create(
      World world,
      ActorRef<RegistryGuardian.Command> node,
      Duration wakeInterval,
      int pace,
      Duration retryInterval) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Tick.WAKE, wakeInterval);
                  return new Waker(context, timers, world, node, pace, retryInterval);
                }));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessageEquals(Tick.WAKE, this::wakeAll)
        .onMessageEquals(Again.ASK_KEYS, this::askKeys)
        .onMessageEquals(Again.WAKE_NEXT, this::wakeNext)
        .onMessage(NamesRead.class, this::onNames)
        .onMessage(KeysAnswered.class, this::onKeys)
        .build();
  }

  private Behavior<Command> wakeAll() {
    if (!line.isEmpty()) {
      onceMore = true;
    } else if (!reading) {
      read();
    }
    return askKeys();
  }

  private void read() {
    if (world.isAwake()) {
      reading = true;
      getContext()
          .pipeToSelf(
              world.read(),
              (names, failure) ->
                  new NamesRead(names == null ? List.of() : names, Optional.ofNullable(failure)));
    }
  }

  private Behavior<Command> onNames(NamesRead read) {
    reading = false;
    if (read.failure().isPresent() && !unread) {
      getContext()
          .getLog()
          .warn(
              "event=names-unread why={} text=\"names that nobody talks to are not woken until the"
                  + " journal's database tells them\"",
              StoreFailure.cause(read.failure().get()));
    }
    unread = read.failure().isPresent();
    if (unread) {
      node.tell(Doubt.STORE);
    }
    line.addAll(read.names());
    return wakeNext();
  }

  private Behavior<Command> wakeNext() {
    if (!world.isAwake()) {
      line.clear();
    }
    for (int i = 0; i < atOnce && !line.isEmpty(); i++) {
      world.wake(line.remove());
    }
    if (!line.isEmpty()) {
      timers.startSingleTimer(Again.WAKE_NEXT, STEP);
    } else if (onceMore) {
      onceMore = false;
      read();
    }
    return this;
  }

  private Behavior<Command> askKeys() {
    if (world.isAwake()) {
      getContext()
          .pipeToSelf(
              world.askKeys(), (reply, failure) -> new KeysAnswered(Optional.ofNullable(reply)));
    }
    return this;
  }

  private Behavior<Command> onKeys(KeysAnswered answer) {
    Optional<Refused> refused = answer.reply().flatMap(AccessProtocol.Reply::refused);
    if (answer.reply().isEmpty() || refused.filter(no -> NO_WORD.contains(no.code())).isPresent()) {
      timers.startSingleTimer(Again.ASK_KEYS, retryInterval);
    } else {
      node.tell(
          new KeysTold(
              refused.filter(no -> no.code() == ErrorCode.INTERNAL).map(Refused::message)));
    }
    return this;
  }
}
