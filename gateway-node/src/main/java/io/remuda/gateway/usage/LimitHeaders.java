package io.remuda.gateway.usage;

import io.remuda.gateway.edge.AnswerNames;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.Purse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What clients are told of their limits, in OpenAI's words. */
final class LimitHeaders {

  private static final Names REQUESTS =
      new Names(
          AnswerNames.LIMIT_REQUESTS, AnswerNames.REMAINING_REQUESTS, AnswerNames.RESET_REQUESTS);
  private static final Names TOKENS =
      new Names(AnswerNames.LIMIT_TOKENS, AnswerNames.REMAINING_TOKENS, AnswerNames.RESET_TOKENS);

  private LimitHeaders() {}

  private record Names(String limit, String remaining, String reset) {}

  static List<Map.Entry<String, String>> of(Purse purse, Limits limits, long now) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(6);
    if (limits.requestsPerMinute() > 0) {
      add(headers, REQUESTS, limits.requestsPerMinute(), purse.requestsLeft(now, limits));
    }
    if (limits.tokensPerMinute() > 0) {
      add(headers, TOKENS, limits.tokensPerMinute(), purse.tokensLeft(now, limits));
    }
    return headers;
  }

  private static void add(
      List<Map.Entry<String, String>> headers, Names names, long limit, Purse.Left left) {
    headers.add(Map.entry(names.limit(), Long.toString(limit)));
    headers.add(Map.entry(names.remaining(), Long.toString(left.remaining())));
    headers.add(Map.entry(names.reset(), duration(left.resetMillis())));
  }

  /** Such as {@code 12ms}, {@code 3.5s} or {@code 1m0s}. */
  static String duration(long millis) {
    if (millis < 1_000) {
      return Math.max(0, millis) + "ms";
    }
    if (millis < 60_000) {
      return millis / 1_000 + thousandths(millis % 1_000) + "s";
    }
    return millis / 60_000 + "m" + millis % 60_000 / 1_000 + "s";
  }

  /** As decimal places without zeros at their end. Not by a format: each answer has some. */
  private static String thousandths(long millis) {
    if (millis == 0) {
      return "";
    }
    String digits = Long.toString(1_000 + millis);
    int end = digits.length();
    while (digits.charAt(end - 1) == '0') {
      end--;
    }
    return "." + digits.substring(1, end);
  }
}
