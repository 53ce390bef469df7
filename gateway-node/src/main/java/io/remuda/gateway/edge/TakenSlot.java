package io.remuda.gateway.edge;

import io.remuda.gateway.routing.Target;
import io.remuda.gateway.routing.WaitingRoom;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;

/**
 * What one attempt has of its instance: a slot, from the moment that it is sent until it is given
 * back; and what is learnt of the instance meanwhile. Lives on one loop.
 */
final class TakenSlot {

  private final InferenceHandler handler;
  private final Target target;
  private final boolean leased;
  private long sentAt;

  /**
   * @param leased whether it is a lease's, for whose slots nobody waits in line
   */
  TakenSlot(InferenceHandler handler, Target target, boolean leased) {
    this.handler = handler;
    this.target = target;
    this.leased = leased;
  }

  void enter() {
    target.enter();
    sentAt = System.nanoTime();
    target.sent(sentAt, handler.settings().routing());
  }

  /** The instance says how many requests it has. */
  void told(int requests) {
    target.told(requests, System.nanoTime());
  }

  /**
   * The client sees the first of the answer.
   *
   * @param stream whether that is a stream's beginning, and not a whole answer
   */
  void begun(boolean stream) {
    handler.outcomes().begun(target, stream, System.nanoTime() - sentAt);
  }

  /** The instance has answered, be it that the request is wrong. */
  void answered() {
    handler.outcomes().answered(target);
  }

  /** The instance refused the request, or broke it off. */
  void ended(Refused why) {
    handler.outcomes().ended(target, why);
  }

  /** The engine answered that it failed. */
  void failed() {
    handler.outcomes().failed(target, ErrorCode.ENGINE_FAILED);
  }

  /**
   * It is given back, and whoever waits for it is told.
   *
   * @param had whether the instance had taken the request, so that there is room for another one
   */
  void giveBack(boolean had) {
    target.leave();
    if (leased) {
      return;
    }
    WaitingRoom room = handler.waitingRoom();
    String model = target.instance().model().value();
    if (had) {
      room.freed(model);
    } else {
      room.refused(model);
    }
  }
}
