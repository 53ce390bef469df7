package io.remuda.gateway.typed;

import io.remuda.protocol.ErrorCode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Messages one after the other, each behind its length as a varint, out of pieces that end
 * anywhere. Holds the one that has begun. Not thread-safe.
 */
final class MessageSequence {

  private static final int LONGEST_VARINT = 5;

  private final int limit;
  private byte[] held = new byte[0];
  private int from;
  private int to;

  /**
   * @param limit bytes of one message
   */
  MessageSequence(int limit) {
    this.limit = limit;
  }

  void add(byte[] part) {
    if (from == to) {
      held = part;
      from = 0;
      to = part.length;
      return;
    }
    int size = to - from;
    if (held.length - to < part.length) {
      byte[] grown = new byte[Math.max(2 * size, size + part.length)];
      System.arraycopy(held, from, grown, 0, size);
      held = grown;
      from = 0;
      to = size;
    }
    System.arraycopy(part, 0, held, to, part.length);
    to += part.length;
  }

  /** The next whole message; null while it is not whole. */
  byte @Nullable [] next() throws BadMessage {
    long length = 0;
    for (int i = 0; i < LONGEST_VARINT; i++) {
      if (from + i == to) {
        return null;
      }
      byte digit = held[from + i];
      length |= (long) (digit & 0x7F) << (7 * i);
      if (digit >= 0) {
        return body(from + i + 1, length);
      }
    }
    throw bad("a length of more than " + LONGEST_VARINT + " bytes");
  }

  private byte @Nullable [] body(int start, long length) throws BadMessage {
    if (length > limit) {
      throw bad("a message of " + length + " bytes, more than " + limit);
    }
    if (to - start < length) {
      return null;
    }
    from = start + (int) length;
    return Arrays.copyOfRange(held, start, from);
  }

  /** Whether everything that came was whole messages. */
  boolean isBetween() {
    return from == to;
  }

  private static BadMessage bad(String what) {
    return new BadMessage(ErrorCode.ENGINE_FAILED, "", what);
  }
}
