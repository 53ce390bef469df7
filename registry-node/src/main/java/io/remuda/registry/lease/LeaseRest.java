package io.remuda.registry.lease;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.LeaseProtocol.Command;
import io.remuda.registry.journal.Succession;

/**
 * When one lease's actor ends by itself: what never was, or is closed, takes no room for ever.
 * Belongs to one actor.
 */
final class LeaseRest {

  private static final int IDLE_LOOKS = 30;

  private final ActorRef<Command> self;
  private final Succession<Command> succession;
  private boolean leaving;
  private int idleLooks;

  LeaseRest(ActorRef<Command> self, Succession<Command> succession) {
    this.self = self;
    this.succession = succession;
  }

  /** Whether it is leaving: {@code command} is the next one's then. */
  boolean passes(Command command) {
    if (leaving) {
      succession.pass(command);
    }
    return leaving;
  }

  /** One that nothing is written of leaves: there are more ids than leases. */
  void unlessWritten(LeaseState state) {
    if (state.sequence() == 0 && !leaving) {
      leaving = true;
      succession.leave(self);
    }
  }

  /** Whether it is closed, or was only woken, and this is one look too many. */
  boolean isDue(LeaseState state) {
    boolean nothing = state.wish().isEmpty() || state.closed();
    idleLooks = nothing ? idleLooks + 1 : 0;
    return idleLooks > IDLE_LOOKS;
  }
}
