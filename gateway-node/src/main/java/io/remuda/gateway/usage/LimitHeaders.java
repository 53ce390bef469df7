package io.remuda.gateway.usage;

import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.Purse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What clients are told of their limits, in OpenAI's words. */
final class LimitHeaders {

  private LimitHeaders() {}

  static List<Map.Entry<String, String>> of(Purse purse, Limits limits, long now) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(6);
    if (limits.requestsPerMinute() > 0) {
      add(headers, "requests", limits.requestsPerMinute(), purse.requestsLeft(now, limits));
    }
    if (limits.tokensPerMinute() > 0) {
      add(headers, "tokens", limits.tokensPerMinute(), purse.tokensLeft(now, limits));
    }
    return headers;
  }

  private static void add(
      List<Map.Entry<String, String>> headers, String kind, long limit, Purse.Left left) {
    headers.add(Map.entry("x-ratelimit-limit-" + kind, Long.toString(limit)));
    headers.add(Map.entry("x-ratelimit-remaining-" + kind, Long.toString(left.remaining())));
    headers.add(Map.entry("x-ratelimit-reset-" + kind, duration(left.resetMillis())));
  }

  /** Such as {@code 12ms}, {@code 3.5s} or {@code 1m0s}. */
  static String duration(long millis) {
    if (millis < 1_000) {
      return Math.max(0, millis) + "ms";
    }
    if (millis < 60_000) {
      String seconds = String.format(Locale.ROOT, "%.3f", millis / 1_000.0);
      return seconds.replaceAll("\\.?0+$", "") + "s";
    }
    return millis / 60_000 + "m" + millis % 60_000 / 1_000 + "s";
  }
}
