package io.remuda.gateway.http;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Limits of the API, from {@code remuda.gateway.http}.
 *
 * @param bodyLimit bytes
 * @param bodyTimeout within which a body must have arrived
 * @param bodyPatience for which a refusal waits for what its client still sends
 * @param headerTimeout from a connection to the end of its first header, where there is no edge
 * @param keptTimeout from an answer to the end of the next header, where there is no edge
 * @param askTimeout within which the fleet must have answered
 * @param waitLimit the longest {@code ?wait=} that is served
 * @param eventPatience after which a stream of events with nothing to say sends a comment
 * @param auditPatience for which the answer to a change waits until the audit has it
 * @param shutdownTimeout that requests in flight get when the gateway ends
 */
public record ApiSettings(
    long bodyLimit,
    Duration bodyTimeout,
    Duration bodyPatience,
    Duration headerTimeout,
    Duration keptTimeout,
    Duration askTimeout,
    Duration waitLimit,
    Duration eventPatience,
    Duration auditPatience,
    Duration shutdownTimeout) {

  public static ApiSettings from(Config config) {
    Config http = config.getConfig("remuda.gateway.http");
    return new ApiSettings(
        http.getBytes("body-limit"),
        http.getDuration("body-timeout"),
        http.getDuration("body-patience"),
        http.getDuration("header-timeout"),
        http.getDuration("kept-timeout"),
        http.getDuration("ask-timeout"),
        http.getDuration("wait-limit"),
        http.getDuration("event-patience"),
        http.getDuration("audit-patience"),
        http.getDuration("shutdown-timeout"));
  }
}
