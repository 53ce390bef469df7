package io.remuda.protocol.limit;

import io.remuda.protocol.AllowanceProtocol.Portion;
import io.remuda.protocol.AllowanceProtocol.Used;
import java.util.Optional;

/**
 * What one gateway knows of the limits of one key or tenant: lets requests in without asking
 * anybody, from portions that were asked for ahead. Times are milliseconds of a clock that does not
 * go back and begins at 0. For any thread.
 *
 * <p>Before the first answer, and when a portion has ended unanswered, a tenth of the limits may be
 * used in a minute, and one request in any case; once nobody has answered for a while, this
 * gateway's part of them, as many gateways as were told of last sharing them equally.
 */
public final class Purse {

  /** Until somebody was asked for the first time, a gateway lets in one part of so many. */
  static final int FIRST_PARTS = 10;

  /** Where nothing is used it asks so many times less often. */
  private static final int QUIET = 3;

  private final Times times;
  private final Pocket requests = new Pocket();
  private final Pocket tokens = new Pocket();
  private long number;
  private Optional<Long> askedAt = Optional.empty();
  private long lastAsked = Long.MIN_VALUE / 2;
  private long unansweredSince = Long.MAX_VALUE;
  private long answeredAt = Long.MIN_VALUE / 2;
  private String owner = "";
  private int gateways = 1;
  private Limits limits = Limits.NONE;

  /**
   * When it asks.
   *
   * @param pause between two questions at least
   * @param interval between two questions where nothing is short
   * @param patience for an answer
   * @param aloneAfter no answer for so long it goes on with its part of the limits
   */
  public record Times(long pause, long interval, long patience, long aloneAfter) {}

  /**
   * Whether a request may come in.
   *
   * @param tooMany which limit it would break; empty when it may
   * @param waitMillis until it may be worth another try
   */
  public record Verdict(Optional<Kind> tooMany, long waitMillis) {
    static final Verdict TAKEN = new Verdict(Optional.empty(), 0);
  }

  /** What is counted. */
  public enum Kind {
    REQUESTS,
    TOKENS
  }

  /** A question to the owner of the limits. */
  public record Question(long number, String owner, Used requests, Used tokens) {}

  /** What is left of one limit. */
  public record Left(long remaining, long resetMillis) {}

  public Purse(Times times) {
    this.times = times;
  }

  /**
   * Lets one more request in, or says why not; then nothing is taken.
   *
   * @param estimated tokens that it may use; 0 where it uses none
   */
  public synchronized Verdict take(long now, Limits present, long estimated) {
    limits = present;
    if (limits.requestsPerMinute() > 0) {
      long alone = alone(now, limits.requestsPerMinute());
      if (!requests.has(now, 1, alone)) {
        requests.refuse(1);
        return refused(requests, Kind.REQUESTS, now, 1, alone);
      }
    }
    long amount = charge(limits, estimated);
    if (amount > 0) {
      long alone = alone(now, limits.tokensPerMinute());
      if (!tokens.has(now, amount, alone)) {
        tokens.refuse(amount);
        return refused(tokens, Kind.TOKENS, now, amount, alone);
      }
      tokens.take(now, amount);
    }
    if (limits.requestsPerMinute() > 0) {
      requests.take(now, 1);
    }
    return Verdict.TAKEN;
  }

  /** One that was let in is not served after all. */
  public synchronized void giveBack(long now, Limits limits, long estimated) {
    if (limits.requestsPerMinute() > 0) {
      requests.correct(now, -1);
    }
    if (charge(limits, estimated) > 0) {
      tokens.correct(now, -charge(limits, estimated));
    }
  }

  /**
   * It used other tokens than was thought. What it did not use is of no use a minute later.
   *
   * @param takenAt when it came in
   */
  public synchronized void settle(
      long now, long takenAt, Limits limits, long estimated, long actual) {
    long more = actual - charge(limits, estimated);
    if (limits.tokensPerMinute() > 0 && (more > 0 || now - takenAt < Minute.MILLIS)) {
      tokens.correct(now, more);
    }
  }

  /** Who wants more than there can be at all gets all there is: it would be refused for ever. */
  private static long charge(Limits limits, long estimated) {
    return Math.min(estimated, limits.tokensPerMinute());
  }

  /** Whether {@link #ask} is worth it now. */
  public synchronized boolean isDue(long now) {
    boolean waits = askedAt.isPresent() && now - askedAt.get() < times.patience();
    if (waits || now - lastAsked < times.pause()) {
      return false;
    }
    if (requests.isLow(now) || tokens.isLow(now)) {
      return true;
    }
    boolean busy = requests.isBusy() || tokens.isBusy();
    return now - lastAsked >= times.interval() * (busy ? 1 : QUIET)
        && (requests.isInUse(now) || tokens.isInUse(now));
  }

  /** What to ask now; an earlier question is not waited for any more. */
  public synchronized Question ask(long now) {
    number++;
    askedAt = Optional.of(now);
    lastAsked = now;
    unansweredSince = Math.min(unansweredSince, now);
    boolean known = now - answeredAt < Minute.MILLIS;
    return new Question(
        number,
        known ? owner : "",
        requests.ask(now, limits.requestsPerMinute()),
        tokens.ask(now, limits.tokensPerMinute()));
  }

  /** An answer; one to another question than the last is too late. */
  public synchronized void answered(long now, Portion portion) {
    if (portion.number() != number || askedAt.isEmpty()) {
      return;
    }
    long until = askedAt.get() + portion.lifeMillis();
    askedAt = Optional.empty();
    unansweredSince = Long.MAX_VALUE;
    answeredAt = now;
    owner = portion.owner();
    gateways = Math.max(1, portion.gateways());
    requests.answered(now, portion.requests(), until);
    tokens.answered(now, portion.tokens(), until);
  }

  public synchronized Left requestsLeft(long now, Limits limits) {
    return left(requests, now, limits.requestsPerMinute());
  }

  public synchronized Left tokensLeft(long now, Limits limits) {
    return left(tokens, now, limits.tokensPerMinute());
  }

  /** Whether nothing is asked, held or used any more, so that it can be forgotten. */
  public synchronized boolean isIdle(long now) {
    return askedAt.isEmpty()
        && now - lastAsked > 2 * Minute.MILLIS
        && !requests.isInUse(now)
        && !tokens.isInUse(now);
  }

  private Left left(Pocket pocket, long now, long limit) {
    return new Left(pocket.remaining(now, limit, alone(now, limit)), pocket.resetMillis(now));
  }

  private Verdict refused(Pocket pocket, Kind kind, long now, long amount, long alone) {
    return new Verdict(Optional.of(kind), pocket.roomMillis(now, amount, alone, times.pause() * 2));
  }

  /** What may be used in a minute while there is no portion. */
  private long alone(long now, long limit) {
    boolean alone = unansweredSince < Long.MAX_VALUE && now - unansweredSince >= times.aloneAfter();
    return alone ? (limit + gateways - 1) / gateways : (limit + FIRST_PARTS - 1) / FIRST_PARTS;
  }
}
