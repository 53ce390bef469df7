package io.remuda.registry.journal;

import akka.actor.DeadLetter;
import akka.actor.typed.Behavior;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.Behaviors;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;

/**
 * Answers the callers of commands that reached an entity when it had ended already, so that none
 * waits for its own time limit. Nothing came of such a command: it may be sent again.
 */
public final class LateCommands {

  private static final Refused MOVED =
      Refused.of(
          ErrorCode.REGISTRY_UNAVAILABLE,
          "the registry was handing this name to another node and nothing was changed; try again");

  private LateCommands() {}

  public static Behavior<DeadLetter> create(JournalStore store) {
    return Behaviors.setup(
        context -> {
          context
              .getSystem()
              .eventStream()
              .tell(new EventStream.Subscribe<>(DeadLetter.class, context.getSelf()));
          return Behaviors.receive(DeadLetter.class)
              .onMessage(
                  DeadLetter.class,
                  letter -> {
                    StoreAway.refuse(letter.message(), store.isUp() ? MOVED : StoreAway.REFUSED);
                    return Behaviors.same();
                  })
              .build();
        });
  }
}
