package io.remuda.protocol.limit;

import io.remuda.protocol.AllowanceProtocol.Part;
import io.remuda.protocol.AllowanceProtocol.Used;

/** What one gateway may still use of one kind, and what it used. Not for several threads. */
final class Pocket {

  /** So little is left of a portion that the next one is asked for. */
  private static final int LOW = 4;

  /** One part of so many of the limit it keeps while it is not busy, for what comes next. */
  private static final int RESERVES = 20;

  private final Minute recent = new Minute();
  private long total;
  private long balance;
  private long granted;
  private long left;
  private long roomAt;
  private long resetAt;
  private long goodUntil = Long.MIN_VALUE;
  private long totalWhenAsked;
  private long refused;
  private long typical = 1;

  /**
   * Whether {@code amount} may be used.
   *
   * @param alone may be used in a minute while there is no portion; the first of a minute always
   */
  boolean has(long now, long amount, long alone) {
    long used = recent.sum(now);
    return good(now) ? balance >= amount : used == 0 || used + amount <= alone;
  }

  void take(long now, long amount) {
    typical = Math.max(amount, typical - typical / 8);
    total += amount;
    balance -= amount;
    recent.add(now, amount);
  }

  void refuse(long amount) {
    refused = amount;
  }

  /** More was used than was taken before, or less. */
  void correct(long now, long more) {
    total += more;
    balance -= more;
    if (more >= 0) {
      recent.add(now, more);
    } else {
      recent.takeBack(now, -more);
    }
  }

  /** Whether something was used or refused since it was asked for last. */
  boolean isBusy() {
    return total != totalWhenAsked || refused > 0;
  }

  /** Whether it holds something, or had use for it in the last minute. */
  boolean isInUse(long now) {
    return isBusy() || recent.sum(now) > 0 || (good(now) && granted > 0);
  }

  /** Whether it cannot wait for the next turn. */
  boolean isLow(long now) {
    boolean low = !good(now) || balance * LOW < granted || balance < typical;
    return refused > 0 || (total != totalWhenAsked && low);
  }

  /**
   * What to tell. While it is busy it wants its part of all; then half of what it has, so that
   * others have it soon, but one more request can always come in; and nothing once nothing was used
   * for a minute.
   */
  Used ask(long now, long limit) {
    boolean busy = isBusy();
    long lastMinute = recent.sum(now);
    long least = Math.min(Math.max(typical, refused), limit);
    long has = good(now) ? Math.max(0, balance) : 0;
    long idle = lastMinute > 0 ? Math.max(Math.max(limit / RESERVES, least), has / 2) : 0;
    long kept = busy ? keptWhenBusy(has, least) : Math.min(has, idle);
    balance = Math.min(balance, kept);
    totalWhenAsked = total;
    refused = 0;
    return new Used(total, lastMinute, kept, busy ? limit : idle, least);
  }

  /** What is too little for what was refused is kept from others in vain. */
  private long keptWhenBusy(long has, long least) {
    long since = total - totalWhenAsked;
    return refused > has ? 0 : Math.min(has, Math.max(Math.max(since, least), has / 2));
  }

  /**
   * What was granted.
   *
   * @param until that time
   */
  void answered(long now, Part part, long until) {
    balance = part.granted() - (total - totalWhenAsked);
    granted = part.granted();
    left = part.left();
    roomAt = now + part.roomMillis();
    resetAt = now + part.resetMillis();
    goodUntil = until;
    if (balance >= refused) {
      // What was refused while the answer was under way would come in now.
      refused = 0;
    }
  }

  /** What may be used by all gateways now, as far as this one knows. */
  long remaining(long now, long limit, long alone) {
    long known = good(now) ? balance + left : alone - recent.sum(now);
    return Math.max(0, Math.min(limit, known));
  }

  long resetMillis(long now) {
    return Math.max(resetAt - now, recent.millisUntil(now, 0));
  }

  /** Until more may be had; {@code least} where that is not known. */
  long roomMillis(long now, long amount, long alone, long least) {
    long millis = good(now) ? roomAt - now : recent.millisUntil(now, Math.max(0, alone - amount));
    return Math.max(least, Math.min(Minute.MILLIS, millis));
  }

  private boolean good(long now) {
    return now < goodUntil;
  }
}
