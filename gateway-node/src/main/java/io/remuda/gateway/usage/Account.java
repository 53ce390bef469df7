package io.remuda.gateway.usage;

import io.remuda.protocol.UsageProtocol.Spent;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.Purse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** What this gateway knows of one key or tenant that has limits. For any thread. */
final class Account {

  private static final long SECONDS_OF_AN_HOUR = 3_600;

  private final Purse purse;
  private volatile Limits limits;
  private Optional<Spent> spent = Optional.empty();
  private long underWay;

  /** By the hour of their lines: a day's budget is not charged with yesterday's. */
  private final TreeMap<Long, Long> unsent = new TreeMap<>();

  private long toldAt = Long.MIN_VALUE;
  private boolean budgetAsked;
  private volatile long usedAt;

  Account(Limits limits, Purse.Times times) {
    this.limits = limits;
    this.purse = new Purse(times);
  }

  Purse purse() {
    return purse;
  }

  Limits limits() {
    return limits;
  }

  /** It is used, with these limits from now on. */
  Account used(long now, Limits present) {
    usedAt = now;
    limits = present;
    return this;
  }

  /** Whether somebody used it within {@code millis}. */
  boolean usedWithin(long now, long millis) {
    return now - usedAt <= millis;
  }

  /** Whether this is the first that is heard of its budget; once. */
  synchronized boolean isFirstOfBudget() {
    boolean first = limits.hasBudget() && !budgetAsked;
    budgetAsked |= first;
    return first;
  }

  /** Whether nothing of it is under way to anybody. */
  synchronized boolean isSettled() {
    return underWay <= 0 && unsent.isEmpty();
  }

  /**
   * A request comes in that may take so many tokens.
   *
   * @return what is held of its budget until it ends: no more than the budget has left
   */
  synchronized long begins(Instant now, long estimated) {
    Days days = new Days(now);
    long held = estimated;
    if (limits.tokensPerDay() > 0) {
      held =
          Math.min(held, limits.tokensPerDay() - used(days.dayHour(), Spent::dayHour, Spent::day));
    }
    if (limits.tokensPerMonth() > 0) {
      held =
          Math.min(
              held,
              limits.tokensPerMonth() - used(days.monthHour(), Spent::monthHour, Spent::month));
    }
    held = Math.max(0, held);
    underWay += held;
    return held;
  }

  /** It is over, or never came in. */
  synchronized void ended(long held) {
    underWay -= held;
  }

  /** It took so many in that hour, which are not in the registry's database yet. */
  synchronized void noted(long hour, long tokens) {
    if (tokens > 0) {
      unsent.merge(hour, tokens, Long::sum);
    }
  }

  /** So many of that hour are there now; those that were used before it had limits are not here. */
  synchronized void sent(long hour, long tokens) {
    unsent.computeIfPresent(hour, (same, waiting) -> waiting > tokens ? waiting - tokens : null);
  }

  /** What all gateways have handed in. */
  synchronized void told(long now, Spent sums) {
    toldAt = now;
    spent = Optional.of(sums);
  }

  /** When that was; before everything where it never was. */
  synchronized long toldAt() {
    return toldAt;
  }

  /**
   * A budget that has nothing left for one more request.
   *
   * @param usedUp false where requests under way may take what is left, and may leave it too
   */
  record Shortage(boolean usedUp, String words) {}

  /** What is short, as far as is known; empty while there is some left of each. */
  synchronized Optional<Shortage> shortage(Instant now) {
    Days days = new Days(now);
    Optional<Shortage> ofDay =
        shortage(
            limits.tokensPerDay(),
            used(days.dayHour(), Spent::dayHour, Spent::day),
            "day",
            days.day().plusDays(1));
    return ofDay.filter(Shortage::usedUp).isPresent()
        ? ofDay
        : shortage(
                limits.tokensPerMonth(),
                used(days.monthHour(), Spent::monthHour, Spent::month),
                "month",
                days.day().withDayOfMonth(1).plusMonths(1))
            .or(() -> ofDay);
  }

  private Optional<Shortage> shortage(long budget, long used, String span, ZonedDateTime next) {
    if (budget <= 0 || used + underWay < budget) {
      return Optional.empty();
    }
    return Optional.of(
        used >= budget
            ? new Shortage(
                true,
                "%d tokens a %s are used up; the next %s begins at %s"
                    .formatted(budget, span, span, next.toInstant()))
            : new Shortage(
                false,
                "%d of %d tokens a %s are used, and requests under way may take the rest; send it"
                        .formatted(used, budget, span)
                    + " again when they have ended, and set max_tokens to hold less"));
  }

  /** Of all gateways what they handed in, and of this one what it did not. */
  private long used(long since, ToLongFunction<Spent> began, ToLongFunction<Spent> sum) {
    long here = unsent.tailMap(since).values().stream().mapToLong(Long::longValue).sum();
    return here
        + spent.filter(told -> began.applyAsLong(told) == since).map(sum::applyAsLong).orElse(0L);
  }

  /** When this day and this month began. */
  private record Days(ZonedDateTime day) {
    Days(Instant now) {
      this(now.atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS));
    }

    long dayHour() {
      return day.toEpochSecond() / SECONDS_OF_AN_HOUR;
    }

    long monthHour() {
      return day.withDayOfMonth(1).toEpochSecond() / SECONDS_OF_AN_HOUR;
    }
  }
}
