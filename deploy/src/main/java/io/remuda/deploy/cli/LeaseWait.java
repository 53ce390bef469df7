package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits until a lease is READY, and tells a person what it waits for meanwhile. */
final class LeaseWait {

  /** Of one question; the gateway answers as soon as there is news. */
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Target target;
  private final Api api;
  private final BooleanSupplier stopped;
  private String told = "";

  LeaseWait(Target target, Api api) {
    this(target, api, () -> false);
  }

  /**
   * @param stopped whether nobody waits any more, looked at after each answer: an interrupt that
   *     comes while one is read is lost in the HTTP client
   */
  LeaseWait(Target target, Api api, BooleanSupplier stopped) {
    this.target = target;
    this.api = api;
    this.stopped = stopped;
  }

  /**
   * The lease once it is READY. One that has ended, or is not ready in time, is a failure; the
   * latter waits no more.
   *
   * @param began of {@link System#nanoTime()}
   */
  JsonNode untilReady(JsonNode asked, long began, Duration limit) {
    JsonNode lease = asked;
    String id = lease.path("id").asText();
    while (true) {
      if (stopped.getAsBoolean()) {
        throw new CliFailure(Exit.FAILURE, "interrupted");
      }
      Duration left = limit.minusNanos(System.nanoTime() - began);
      boolean late = left.isNegative() || left.isZero();
      if (hasEnded(lease)) {
        throw new CliFailure(exit(lease, left), "lease " + id + ended(lease));
      }
      if (lease.path("state").asText().equals("READY")) {
        return lease;
      }
      if (late) {
        release(target, api, id);
        throw new CliFailure(
            Exit.TIMED_OUT,
            "lease %s was not ready within %d s and waits no more: %s"
                .formatted(id, limit.toSeconds(), why(lease)));
      }
      tell(id, lease);
      lease = look(id, lease, left);
    }
  }

  /** By the code of what was refused to it; without one by whether its time was over. */
  private static Exit exit(JsonNode ended, Duration left) {
    if (ended.path("code").isTextual()) {
      return Exit.of(410, ended.path("code").asText());
    }
    // The registry is told the same limit and may have been a little faster.
    return left.compareTo(Duration.ofSeconds(1)) > 0 ? Exit.FAILURE : Exit.TIMED_OUT;
  }

  static boolean hasEnded(JsonNode lease) {
    return lease.path("state").asText().equals("ENDED");
  }

  /** How it ended, to follow its name. */
  static String ended(JsonNode lease) {
    return " has ended: " + why(lease);
  }

  static String why(JsonNode lease) {
    return lease.path("reason").asText("the gateway does not say why");
  }

  /** Lets go of it; what goes wrong is said, since it then ends by itself. */
  static void release(Target target, Api api, String id) {
    try {
      JsonNode unused = api.orEnded("DELETE", Api.path(LeaseVerb.LEASES, id, ""), Optional.empty());
    } catch (CliFailure failure) {
      if (failure.exit() != Exit.NOT_FOUND) {
        target.say(
            "lease "
                + id
                + " could not be released and ends when its time is over: "
                + failure.sentence());
      }
    }
  }

  private JsonNode look(String id, JsonNode before, Duration left) {
    Duration half = target.settings().requestLimit().dividedBy(2);
    Duration wait = shortest(LONGEST, shortest(half, left));
    try {
      return api.orEnded(
          "GET",
          Api.path(LeaseVerb.LEASES, id, "?wait=" + Math.max(1, wait.toMillis()) + "ms"),
          Optional.empty());
    } catch (CliFailure failure) {
      if (!failure.isPassing()) {
        throw failure;
      }
      LockSupport.parkNanos(shortest(PAUSE, left).toNanos());
      return before;
    }
  }

  private void tell(String id, JsonNode lease) {
    String now = why(lease);
    if (!now.equals(told)) {
      told = now;
      String position =
          lease.path("position").isInt() ? ", number " + lease.path("position").asInt() : "";
      target.say("lease " + id + " waits" + position + ": " + now);
    }
  }

  private static Duration shortest(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
