package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Renews a lease in the background, at each third of its time to live. What becomes of the lease
 * meanwhile is said; when it has ended, {@code lost} is run once and nothing is renewed any more.
 */
final class LeaseKeeper implements AutoCloseable {

  private static final int RENEWALS = 3;

  /** After one that failed: so often within a time to live. */
  private static final int TRIES = 12;

  private final Target target;
  private final Api api;
  private final String id;
  private final Duration ttl;
  private final Runnable lost;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(LeaseKeeper::daemon);

  /** Read and written on its thread alone, from its start on. */
  private long token;

  private String said = "";

  private LeaseKeeper(Target target, Api api, JsonNode lease, Runnable lost) {
    this.target = target;
    this.api = api;
    this.id = lease.path("id").asText();
    this.ttl = Duration.ofSeconds(Math.max(1, lease.path("ttlSeconds").asLong()));
    this.token = lease.path("token").asLong();
    this.lost = lost;
  }

  static LeaseKeeper start(Target target, Api api, JsonNode lease, Runnable lost) {
    LeaseKeeper keeper = new LeaseKeeper(target, api, lease, lost);
    keeper.later(keeper.ttl.dividedBy(RENEWALS));
    return keeper;
  }

  @Override
  public void close() {
    var unused = thread.shutdownNow();
  }

  private void renew() {
    try {
      JsonNode lease =
          api.orEnded("POST", Api.path(LeaseVerb.LEASES, id, "/renew"), Optional.empty());
      if (LeaseWait.hasEnded(lease)) {
        gone(LeaseWait.ended(lease));
        return;
      }
      look(lease);
      later(ttl.dividedBy(RENEWALS));
    } catch (CliFailure failure) {
      if (thread.isShutdown()) {
        return;
      }
      if (failure.exit() == Exit.NOT_FOUND) {
        gone(" is not known any more");
        return;
      }
      say("could not be renewed and is tried again: " + failure.sentence());
      later(ttl.dividedBy(TRIES));
    }
  }

  private void look(JsonNode lease) {
    if (!lease.path("state").asText().equals("READY")) {
      say("has lost its instance and waits for another one: " + LeaseWait.why(lease));
      return;
    }
    long now = lease.path("token").asLong();
    if (now != token) {
      token = now;
      say(
          "has moved, and its token is "
              + now
              + " now: what the command still asks under the former one is refused with 409");
    } else {
      said = "";
    }
  }

  private void gone(String how) {
    target.say("lease " + id + how + "; the command is ended");
    lost.run();
  }

  private void say(String what) {
    if (!what.equals(said)) {
      said = what;
      target.say("lease " + id + " " + what);
    }
  }

  private void later(Duration pause) {
    try {
      var unused = thread.schedule(this::renew, pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The command has ended meanwhile.
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "remuda-lease");
    thread.setDaemon(true);
    return thread;
  }
}
