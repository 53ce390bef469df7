package io.remuda.gateway.routing;

import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * What of a request an instance may know already: its session, and hashes of its body's beginning
 * up to each block's end. Text is not looked at, only bytes: requests that go on with a
 * conversation begin with the same ones.
 */
final class Footprint {

  static final Footprint NONE = new Footprint(0, new long[0]);

  private static final long PRIME = 0x9E3779B97F4A7C15L;

  private final long session;
  private final long[] blocks;

  private Footprint(long session, long[] blocks) {
    this.session = session;
    this.blocks = blocks;
  }

  /**
   * @param session that the client named
   * @param body whose indices are left alone
   */
  static Footprint of(
      String model, Optional<String> session, ByteBuf body, RoutingSettings settings) {
    long seed = mixed(model.hashCode() * PRIME);
    long named = session.map(name -> mixed(seed ^ hash(name))).orElse(0L);
    int count = Math.min(body.readableBytes(), settings.prefixBytes()) / settings.blockBytes();
    if (count == 0 && named == 0) {
      return NONE;
    }
    long[] blocks = new long[count];
    long hash = seed;
    int at = body.readerIndex();
    for (int block = 0; block < count; block++) {
      for (int end = at + settings.blockBytes(); at < end; at += Long.BYTES) {
        hash = (hash ^ body.getLong(at)) * PRIME;
        hash ^= hash >>> 29;
      }
      blocks[block] = mixed(hash);
    }
    return new Footprint(named, blocks);
  }

  /** 0 where the client named none. */
  long session() {
    return session;
  }

  int blocks() {
    return blocks.length;
  }

  /** Of the beginning up to the end of the i-th block. */
  long block(int i) {
    return blocks[i];
  }

  private static long hash(String text) {
    long hash = text.length();
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * PRIME;
    }
    return hash;
  }

  private static long mixed(long hash) {
    long once = (hash ^ hash >>> 32) * PRIME;
    return once ^ once >>> 29;
  }
}
