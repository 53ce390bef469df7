package io.remuda.protocol.bytes;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The last bytes that went by: enough to see how a stream ended without parsing it. Costs one short
 * copy for each chunk. Not thread-safe.
 */
public final class Tail {

  private final byte[] ring;
  private int next;
  private boolean full;

  /** Keeps the last {@code capacity} bytes. */
  public Tail(int capacity) {
    this.ring = new byte[capacity];
  }

  /** Takes note of the readable bytes of {@code chunk}; its indices stay as they are. */
  public void add(ByteBuf chunk) {
    int length = chunk.readableBytes();
    int from = chunk.readerIndex();
    if (length >= ring.length) {
      chunk.getBytes(from + length - ring.length, ring, 0, ring.length);
      next = 0;
      full = true;
      return;
    }
    int first = Math.min(length, ring.length - next);
    chunk.getBytes(from, ring, next, first);
    if (first < length) {
      chunk.getBytes(from + first, ring, 0, length - first);
    }
    next += length;
    if (next >= ring.length) {
      next -= ring.length;
      full = true;
    }
  }

  /** Whether the last bytes are those of {@code end}. */
  public boolean endsWith(byte[] end) {
    if (end.length > size()) {
      return false;
    }
    int at = next;
    for (int i = end.length - 1; i >= 0; i--) {
      at = at == 0 ? ring.length - 1 : at - 1;
      if (ring[at] != end[i]) {
        return false;
      }
    }
    return true;
  }

  public int size() {
    return full ? ring.length : next;
  }

  /** The kept bytes as text; a character that was cut at the beginning is shown as a mark. */
  public String text() {
    byte[] all = new byte[size()];
    if (full) {
      System.arraycopy(ring, next, all, 0, ring.length - next);
      System.arraycopy(ring, 0, all, ring.length - next, next);
    } else {
      System.arraycopy(ring, 0, all, 0, next);
    }
    return new String(all, StandardCharsets.UTF_8);
  }
}
