package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Bytes of an answer that are held until it is complete, or too large to be. */
final class HeldBytes {

  private @Nullable ByteBuf all;

  /** Takes {@code bytes}, and shows all that it has, which stay its own. */
  ByteBuf add(ByteBuf bytes) {
    ByteBuf before = all;
    if (before == null) {
      all = bytes;
      return bytes;
    }
    ByteBuf grown = Unpooled.buffer(2 * (before.readableBytes() + bytes.readableBytes()));
    grown.writeBytes(before).writeBytes(bytes);
    before.release();
    bytes.release();
    all = grown;
    return grown;
  }

  /** Takes {@code bytes} as long as it has less than {@code most}, and drops them after that. */
  void addBelow(int most, ByteBuf bytes) {
    if (all == null || all.readableBytes() < most) {
      add(bytes);
    } else {
      bytes.release();
    }
  }

  /** All of them, which are the caller's from now on; none are left. */
  ByteBuf take() {
    ByteBuf taken = all;
    all = null;
    return taken == null ? Unpooled.EMPTY_BUFFER : taken;
  }
}
