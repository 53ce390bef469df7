package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;

/**
 * The events of one attempt on their way to the client: what may go on of the bytes that come goes
 * on at once, and its end says whether that was all. Lives on one loop.
 */
final class PassedStream {

  private final Inference inference;
  private final StreamGuard guard;

  /**
   * @param end what its clients expect at its end
   */
  PassedStream(Inference inference, Endpoint.End end) {
    this.inference = inference;
    this.guard = new StreamGuard(end);
  }

  /** Whether a comment may be put into it now. */
  boolean betweenEvents() {
    return guard.betweenEvents();
  }

  /** Takes {@code bytes}; of those that may not go on yet the client sees nothing. */
  void pass(ByteBuf bytes) {
    ByteBuf whole = inference.whole(bytes);
    if (!whole.isReadable()) {
      whole.release();
      inference.heard();
      return;
    }
    guard.add(whole);
    inference.bytes(whole);
  }

  /** How it ended, with the last of it, which goes on where that does not break off. */
  StreamGuard.Ending end() {
    ByteBuf rest = inference.rest();
    return rest == null || !rest.isReadable() ? guard.ending() : endWith(rest);
  }

  private StreamGuard.Ending endWith(ByteBuf rest) {
    guard.add(rest);
    StreamGuard.Ending ending = guard.ending();
    if (ending == StreamGuard.Ending.BROKEN) {
      rest.release();
    } else {
      inference.bytes(rest);
    }
    return ending;
  }
}
