package io.remuda.protocol.limit;

import io.remuda.protocol.AllowanceProtocol.Part;
import io.remuda.protocol.AllowanceProtocol.Used;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What several gateways may take together of one kind in a minute, handed out in portions.
 *
 * <p>Goals: in no minute more is used than the limit; what one gateway does not want another one
 * gets; nobody waits for more than a portion's life.
 *
 * <p>Constraints: what was used in the last minute and all portions that may still be used are at
 * most the limit. A gateway that is not heard any more is taken to have used all of its portion,
 * for a minute after that portion's end. A new owner does not know what gateways used that it has
 * not heard: it hands out at most a quarter of the limit before they all had time to tell.
 *
 * <p>Algorithm: who asks gives back what it has but for what it keeps, and gets an equal part of
 * what is free; the only one that asks gets three quarters, so that another one finds something. A
 * part that is too small for its next request it gets whole or not at all.
 *
 * <p>Not for several threads.
 */
public final class Allowance {

  private static final int PARTS_TOLD_EARLY = 4;

  private final long life;
  private final long heardAllAt;
  private boolean moved;
  private final Minute used = new Minute();
  private final Map<String, Gateway> gateways = new HashMap<>();
  private long grantedEarly;

  /** What is known of one gateway. */
  private record Gateway(long total, long outstanding, long askedAt, long wanted) {}

  /**
   * @param life of a portion, in milliseconds
   * @param now when it began to hear gateways
   * @param listen until it has heard all of them, where another one was heard before, in
   *     milliseconds
   */
  public Allowance(long life, long now, long listen) {
    this.life = life;
    this.heardAllAt = now + listen;
  }

  /** A gateway was answered by another owner before: what others used then is not known here. */
  public void moved() {
    moved = true;
  }

  /** A gateway's question, answered. */
  public Part ask(long now, String gateway, long limit, Used told) {
    gateways.values().removeIf(known -> now - known.askedAt() > life + Minute.MILLIS + 1_000);
    note(now, told, gateways.get(gateway));
    gateways.put(gateway, new Gateway(told.total(), 0, now, told.wanted()));
    long free = Math.max(0, limit - used.sum(now) - outstanding());
    long granted = Math.max(told.kept(), share(now, limit, free, told));
    gateways.put(gateway, new Gateway(told.total(), granted, now, told.wanted()));
    long left = Math.max(0, limit - used.sum(now) - outstanding());
    long room = left > 0 ? 0 : used.millisUntil(now, Math.max(0, limit - outstanding() - 1));
    return new Part(granted, left, room, used.millisUntil(now, 0));
  }

  /** Those that may use something now. */
  public int active(long now) {
    return (int)
        gateways.values().stream()
            .filter(known -> now - known.askedAt() <= life && (known.wanted() > 0 || holds(known)))
            .count();
  }

  private static boolean holds(Gateway known) {
    return known.outstanding() > 0;
  }

  private void note(long now, Used told, @Nullable Gateway known) {
    long more = known == null ? told.lastMinute() : told.total() - known.total();
    if (more >= 0) {
      used.add(now, more);
    } else {
      used.takeBack(now, -more);
    }
  }

  private long share(long now, long limit, long free, Used told) {
    int asking = Math.max(1, active(now));
    long equal = asking == 1 ? free - free / 4 : (free + asking - 1) / asking;
    // Equal parts that are of no use to anybody would let nobody in.
    long useful = equal >= told.least() ? equal : free >= told.least() ? told.least() : 0;
    long share = Math.min(useful, told.wanted());
    if (!moved || now >= heardAllAt) {
      return share;
    }
    long early = Math.max(1, limit / PARTS_TOLD_EARLY) - grantedEarly;
    long granted = Math.max(0, Math.min(share, early));
    grantedEarly += granted;
    return granted;
  }

  private long outstanding() {
    return gateways.values().stream().mapToLong(Gateway::outstanding).sum();
  }
}
