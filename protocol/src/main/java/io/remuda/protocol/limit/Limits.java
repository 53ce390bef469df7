package io.remuda.protocol.limit;

import io.remuda.protocol.WireMessage;

/**
 * What a key or a tenant may ask of models; 0 is no limit.
 *
 * @param requestsPerMinute in any minute
 * @param tokensPerMinute of prompts and answers, in any minute
 * @param tokensPerDay of a day in UTC
 * @param tokensPerMonth of a calendar's month in UTC
 */
public record Limits(
    long requestsPerMinute, long tokensPerMinute, long tokensPerDay, long tokensPerMonth)
    implements WireMessage {

  public static final Limits NONE = new Limits(0, 0, 0, 0);

  /** So that sums of them never overflow. */
  public static final long MOST = 1_000_000_000_000_000L;

  public Limits {
    requestsPerMinute = bounded(requestsPerMinute);
    tokensPerMinute = bounded(tokensPerMinute);
    tokensPerDay = bounded(tokensPerDay);
    tokensPerMonth = bounded(tokensPerMonth);
  }

  private static long bounded(long limit) {
    return Math.max(0, Math.min(MOST, limit));
  }

  /** What the message of an earlier version leaves out. */
  @SuppressWarnings("NullAway")
  public static Limits orNone(Limits component) {
    return component == null ? NONE : component;
  }

  /** Whether something is limited by the minute. */
  public boolean hasRates() {
    return requestsPerMinute > 0 || tokensPerMinute > 0;
  }

  /** Whether something is limited by day or month. */
  public boolean hasBudget() {
    return tokensPerDay > 0 || tokensPerMonth > 0;
  }

  /** What is limited, in words. */
  public String text() {
    StringBuilder text = new StringBuilder();
    word(text, requestsPerMinute, "requests a minute");
    word(text, tokensPerMinute, "tokens a minute");
    word(text, tokensPerDay, "tokens a day");
    word(text, tokensPerMonth, "tokens a month");
    return text.isEmpty() ? "no limit" : text.toString();
  }

  private static void word(StringBuilder text, long limit, String what) {
    if (limit > 0) {
      text.append(text.isEmpty() ? "" : ", ").append(limit).append(' ').append(what);
    }
  }
}
