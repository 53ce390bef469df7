package io.remuda.gateway.routing;

import io.remuda.protocol.id.InstanceId;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which instance lately got which beginning of a request, or which session: a table of fixed size,
 * read and written by all loops without a lock. A new entry takes the place of whatever stood
 * there; one that is lost or mistaken costs some speed, never an answer.
 */
public final class PrefixIndex {

  private static final int TAG_BITS = 20;
  private static final long TAG_MASK = (1L << TAG_BITS) - 1;

  private final AtomicLongArray places;
  private final int mask;

  /**
   * @param entries rounded up to a power of two
   */
  public PrefixIndex(int entries) {
    int size = Integer.highestOneBit(Math.max(1, entries - 1)) << 1;
    this.places = new AtomicLongArray(size);
    this.mask = size - 1;
  }

  /** Stands for the instance in this table; never 0. */
  static int tag(InstanceId instance) {
    return 1 + Math.floorMod(instance.toString().hashCode(), (int) TAG_MASK);
  }

  void put(long hash, int tag) {
    places.setRelease(place(hash), (hash & ~TAG_MASK) | tag);
  }

  /** The tag that was put under the hash last; 0 when there is none any more. */
  int find(long hash) {
    long entry = places.getAcquire(place(hash));
    return ((entry ^ hash) & ~TAG_MASK) == 0 ? (int) (entry & TAG_MASK) : 0;
  }

  /** By the bits that the entry does not keep, and by some that it does. */
  private int place(long hash) {
    return (int) (hash ^ hash >>> TAG_BITS) & mask;
  }
}
