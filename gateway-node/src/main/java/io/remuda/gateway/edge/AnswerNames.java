package io.remuda.gateway.edge;

import io.remuda.protocol.Keys;
import io.vertx.core.http.HttpHeaders;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names of headers that most answers have, each with its hash: of a string it is reckoned anew
 * whenever one is put into an answer.
 */
public final class AnswerNames {

  public static final String LIMIT_REQUESTS = "x-ratelimit-limit-requests";
  public static final String REMAINING_REQUESTS = "x-ratelimit-remaining-requests";
  public static final String RESET_REQUESTS = "x-ratelimit-reset-requests";
  public static final String LIMIT_TOKENS = "x-ratelimit-limit-tokens";
  public static final String REMAINING_TOKENS = "x-ratelimit-remaining-tokens";
  public static final String RESET_TOKENS = "x-ratelimit-reset-tokens";

  private static final Map<String, CharSequence> HASHED =
      Stream.of(
              "content-type",
              "cache-control",
              "x-accel-buffering",
              "retry-after",
              "retry-after-ms",
              LIMIT_REQUESTS,
              REMAINING_REQUESTS,
              RESET_REQUESTS,
              LIMIT_TOKENS,
              REMAINING_TOKENS,
              RESET_TOKENS,
              Keys.REQUEST_ID_HEADER,
              Headers.INSTANCE,
              Headers.ATTEMPTS,
              Headers.QUEUE_MS,
              Headers.OVERHEAD_MS)
          .collect(Collectors.toUnmodifiableMap(Function.identity(), HttpHeaders::createOptimized));

  private AnswerNames() {}

  /** The same name, with its hash where it is one of these. */
  static CharSequence hashed(String name) {
    CharSequence known = HASHED.get(name);
    return known == null ? name : known;
  }
}
