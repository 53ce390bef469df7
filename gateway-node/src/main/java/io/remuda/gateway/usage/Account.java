package io.remuda.gateway.usage;

import io.remuda.protocol.UsageProtocol.Spent;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.Purse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** What this gateway knows of one key or tenant that has limits. For any thread. */
final class Account {

  private static final long SECONDS_OF_AN_HOUR = 3_600;

  private final Purse purse;
  private volatile Limits limits;
  private Optional<Spent> spent = Optional.empty();
  private long underWay;
  private long unsent;
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
    return underWay <= 0 && unsent <= 0;
  }

  /** A request comes in that may take so many tokens. */
  synchronized void begins(long estimated) {
    underWay += estimated;
  }

  /** It took so many, which are not in the registry's database yet. */
  synchronized void ended(long estimated, long taken) {
    underWay -= estimated;
    unsent += taken;
  }

  /** It never came in. */
  synchronized void undone(long estimated) {
    underWay -= estimated;
  }

  /** So many of them are there now. */
  synchronized void sent(long tokens) {
    unsent -= tokens;
  }

  /** What all gateways have handed in. */
  synchronized void told(Spent now) {
    spent = Optional.of(now);
  }

  /** The budget that is used up, in words; empty while there is some left, as far as is known. */
  synchronized Optional<String> usedUp(Instant now) {
    ZonedDateTime day = now.atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS);
    long dayHour = day.toEpochSecond() / SECONDS_OF_AN_HOUR;
    long monthHour = day.withDayOfMonth(1).toEpochSecond() / SECONDS_OF_AN_HOUR;
    long here = unsent + underWay;
    long ofDay = here + spent.filter(s -> s.dayHour() == dayHour).map(Spent::day).orElse(0L);
    long ofMonth =
        here + spent.filter(s -> s.monthHour() == monthHour).map(Spent::month).orElse(0L);
    if (limits.tokensPerDay() > 0 && ofDay >= limits.tokensPerDay()) {
      return Optional.of(
          "%d tokens a day are used up; the next day begins at %s"
              .formatted(limits.tokensPerDay(), day.plusDays(1).toInstant()));
    }
    if (limits.tokensPerMonth() > 0 && ofMonth >= limits.tokensPerMonth()) {
      return Optional.of(
          "%d tokens a month are used up; the next month begins at %s"
              .formatted(limits.tokensPerMonth(), day.withDayOfMonth(1).plusMonths(1).toInstant()));
    }
    return Optional.empty();
  }
}
