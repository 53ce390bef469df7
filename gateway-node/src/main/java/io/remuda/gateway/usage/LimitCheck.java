package io.remuda.gateway.usage;

import io.remuda.gateway.edge.Metering.Admission;
import io.remuda.gateway.edge.Metering.Ticket;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.limit.Purse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes a request's part of an account's minute, or says in whose words and why it gets none. */
final class LimitCheck {

  /** What is under way may leave some of a budget so soon. */
  private static final Duration UNDER_WAY = Duration.ofSeconds(1);

  private final InstantSource clock;
  private final LimitMetrics metrics;

  /**
   * @param clock by which budgets are kept
   */
  LimitCheck(InstantSource clock, LimitMetrics metrics) {
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * Nothing is taken where it is refused.
   *
   * @param now of the purse, ms
   * @param estimated tokens that the request may take
   * @return the refusal, or empty
   */
  Optional<Admission> refusal(Account account, LimitHolder holder, long now, long estimated) {
    if (holder.limits().hasBudget()) {
      Optional<Account.Shortage> shortage = account.shortage(clock.instant());
      if (shortage.isPresent()) {
        return Optional.of(ofBudget(holder, shortage.get()));
      }
    }
    Purse.Verdict verdict = account.purse().take(now, holder.limits(), estimated);
    return verdict
        .tooMany()
        .map(kind -> ofMinute(account, holder, now, estimated, kind, verdict.waitMillis()));
  }

  private Admission ofBudget(LimitHolder holder, Account.Shortage shortage) {
    boolean usedUp = shortage.usedUp();
    metrics.refused(
        usedUp ? LimitMetrics.Kind.BUDGET : LimitMetrics.Kind.BUDGET_HELD, holder.owner());
    return refused(
        usedUp ? ErrorCode.INSUFFICIENT_QUOTA : ErrorCode.RATE_LIMIT_EXCEEDED,
        holder,
        shortage.words(),
        usedUp ? Duration.ZERO : UNDER_WAY,
        List.of());
  }

  private Admission ofMinute(
      Account account,
      LimitHolder holder,
      long now,
      long estimated,
      Purse.Kind kind,
      long waitMillis) {
    boolean ofRequests = kind == Purse.Kind.REQUESTS;
    metrics.refused(
        ofRequests ? LimitMetrics.Kind.REQUESTS : LimitMetrics.Kind.TOKENS, holder.owner());
    String what =
        ofRequests
            ? "%d requests a minute are all it may send; send fewer"
                .formatted(holder.limits().requestsPerMinute())
            : "%d tokens a minute are all it may use, and this request may take %d; send fewer or"
                    .formatted(holder.limits().tokensPerMinute(), estimated)
                + " shorter ones, or set max_tokens";
    return refused(
        ErrorCode.RATE_LIMIT_EXCEEDED,
        holder,
        what,
        Duration.ofMillis(waitMillis),
        LimitHeaders.of(account.purse(), holder.limits(), now));
  }

  private static Admission refused(
      ErrorCode code,
      LimitHolder holder,
      String what,
      Duration retryAfter,
      List<Map.Entry<String, String>> headers) {
    return new Admission(
        Optional.of(Refused.of(code, holder.words() + ": " + what)),
        retryAfter,
        headers,
        Ticket.NONE);
  }
}
