package io.remuda.registry.lease;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.protocol.LeaseProtocol.Command;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who waits for one lease: those who want something of it, until that is written or it is ready,
 * and those who only look, until it waits no more. Belongs to one actor.
 */
final class LeaseCallers {

  /** More that wait for one lease are answered with what there is. */
  private static final int MOST = 16;

  private final TimerScheduler<Command> timers;
  private final List<ActorRef<Reply>> wanting = new ArrayList<>();
  private final List<ActorRef<Reply>> looking = new ArrayList<>();

  LeaseCallers(TimerScheduler<Command> timers) {
    this.timers = timers;
  }

  boolean isEmpty() {
    return wanting.isEmpty() && looking.isEmpty();
  }

  boolean isFull() {
    return wanting.size() + looking.size() >= MOST;
  }

  /** Waits until what it wants is written. */
  void wants(ActorRef<Reply> caller) {
    wanting.add(caller);
  }

  /** The same, for so long; then {@link LeaseMessage.Waited} comes. */
  void wants(ActorRef<Reply> caller, Duration limit) {
    wanting.add(caller);
    start(caller, limit);
  }

  /** Waits for so long at most; then {@link LeaseMessage.Waited} comes. */
  void looks(ActorRef<Reply> caller, Duration limit) {
    looking.add(caller);
    start(caller, limit);
  }

  private void start(ActorRef<Reply> caller, Duration limit) {
    timers.startSingleTimer(caller, new LeaseMessage.Waited(caller), limit);
  }

  /** Whether it waited until now. */
  boolean remove(ActorRef<Reply> caller) {
    return wanting.remove(caller) || looking.remove(caller);
  }

  /** Tells all of them, who wait no longer. */
  void answer(Reply reply) {
    Stream.concat(wanting.stream(), looking.stream())
        .forEach(
            caller -> {
              timers.cancel(caller);
              caller.tell(reply);
            });
    forget();
  }

  /**
   * Its actor ends. Who wants something learns that nobody knows what came of it; who looks, where
   * the lease stood last, and looks again.
   */
  void leave(Refused why, Reply stands) {
    wanting.forEach(caller -> caller.tell(Reply.refused(why)));
    looking.forEach(caller -> caller.tell(stands));
    forget();
  }

  private void forget() {
    wanting.clear();
    looking.clear();
  }
}
