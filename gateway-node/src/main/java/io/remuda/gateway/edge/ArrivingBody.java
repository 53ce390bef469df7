package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * A request's body while it arrives. It takes memory for what has come and at most as much again,
 * never for what was announced, and all of it from the budget.
 */
final class ArrivingBody {

  private final BodyBudget budget;
  private final long limit;
  private @Nullable ByteBuf bytes;
  // A part as it came cannot be written to: it may share its memory.
  private boolean own;
  private long taken;

  /**
   * @param limit bytes of one body, above which the caller adds nothing
   */
  ArrivingBody(BodyBudget budget, long limit) {
    this.budget = budget;
    this.limit = limit;
  }

  /** Keeps {@code part}; false when the budget does not allow it. */
  boolean add(ByteBuf part) {
    ByteBuf before = bytes;
    int size = part.readableBytes();
    if (before == null) {
      if (!take(size)) {
        return false;
      }
      bytes = part;
      return true;
    }
    if (!own || before.writableBytes() < size) {
      long needed = (long) before.readableBytes() + size;
      long capacity = Math.max(needed, Math.min(2 * needed, limit));
      if (!take(capacity - taken)) {
        return false;
      }
      bytes = Unpooled.buffer((int) capacity).writeBytes(before);
      own = true;
      before.release();
      before = bytes;
    }
    before.writeBytes(part);
    part.release();
    return true;
  }

  /** All that has come; whoever gets it frees it. */
  ByteBuf whole() {
    ByteBuf all = bytes;
    bytes = null;
    return all == null ? Unpooled.EMPTY_BUFFER : all;
  }

  /** Gives the memory back; to be called when the request is over, and again without effect. */
  void release() {
    ByteBuf left = bytes;
    bytes = null;
    if (left != null) {
      left.release();
    }
    budget.give(taken);
    taken = 0;
  }

  private boolean take(long more) {
    if (!budget.take(more)) {
      return false;
    }
    taken += more;
    return true;
  }
}
