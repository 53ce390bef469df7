package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a deployment to become READY. Gives up at once when it has FAILED or when no machine
 * could ever hold it, else at the limit; shows how it goes where a person looks. A registry that
 * cannot answer now, as while a name moves to another node, is asked again until the limit.
 */
final class Readiness {

  private static final long STEP_MILLIS = 200;

  /** Routes are told within a second; longer takes only a gateway that stands still. */
  private static final long ROUTE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Api api;
  private final Surroundings world;
  private String shown = "";

  Readiness(Api api, Surroundings world) {
    this.api = api;
    this.world = world;
  }

  JsonNode await(String name, Duration limit) {
    String path = Api.path("/v1/deployments", name, "");
    long start = System.nanoTime();
    while (true) {
      long waited = System.nanoTime() - start;
      JsonNode deployment;
      try {
        deployment = api.get(path);
        if (deployment.path("phase").asText().equals("PENDING")) {
          refuseWhatNeverFits(name);
        }
      } catch (CliFailure failure) {
        if (!failure.isPassing()) {
          clear();
          throw failure;
        }
        if (waited >= limit.toNanos()) {
          clear();
          throw new CliFailure(Exit.TIMED_OUT, failure.sentence());
        }
        pause();
        continue;
      }
      String phase = deployment.path("phase").asText();
      show(name, phase, deployment, waited);
      if (phase.equals("READY")
          || (phase.equals("STOPPED") && deployment.path("replicas").asInt() == 0)) {
        if (phase.equals("READY")) {
          awaitRoute(name, Math.min(ROUTE_NANOS, limit.toNanos() - waited));
        }
        clear();
        world.err().println(name + " is " + phase + sentence(waited));
        return deployment;
      }
      if (deployment.path("rollout").path("stage").asText().equals("HALTED")) {
        clear();
        boolean cannot =
            deployment.path("rollout").path("code").asText().equals("cannot_be_placed");
        throw new CliFailure(
            cannot ? Exit.CANNOT_BE_PLACED : Exit.FAILURE, name + ": " + reason(deployment));
      }
      if (phase.equals("FAILED")) {
        clear();
        throw new CliFailure(Exit.FAILURE, name + " has FAILED: " + reason(deployment));
      }
      if (waited >= limit.toNanos()) {
        clear();
        throw new CliFailure(
            Exit.TIMED_OUT,
            name
                + " is still "
                + phase
                + " after "
                + limit.toSeconds()
                + " s: "
                + reason(deployment)
                + "; it stays declared, see 'remuda explain "
                + name
                + "'");
      }
      pause();
    }
  }

  /**
   * The registry knows a moment before this gateway does, which answers 404 or 503 until then; and
   * who has waited calls the model at once. A key that may not look at models learns nothing here.
   */
  private void awaitRoute(String name, long limit) {
    long start = System.nanoTime();
    do {
      try {
        api.get(Api.path("/v1/models", name, ""));
        return;
      } catch (CliFailure unseen) {
        if (!unseen.isPassing() && unseen.exit() != Exit.NOT_FOUND) {
          return;
        }
      }
      pause();
    } while (System.nanoTime() - start < limit);
  }

  /**
   * A machine that is not known yet might hold it, so no machine at all is no reason to give up.
   */
  private void refuseWhatNeverFits(String name) {
    JsonNode why = api.get(Api.path("/v1/deployments", name, "/why"));
    JsonNode verdicts = why.path("verdicts");
    if (verdicts.isEmpty()) {
      return;
    }
    StringBuilder texts = new StringBuilder();
    for (JsonNode verdict : verdicts) {
      if (verdict.path("everFits").asBoolean(true)) {
        return;
      }
      texts.append("\n  ").append(ExplainVerb.line(verdict));
    }
    clear();
    throw new CliFailure(
        Exit.CANNOT_BE_PLACED,
        name + " cannot be placed on any machine there is; it stays declared as PENDING" + texts);
  }

  private void show(String name, String phase, JsonNode deployment, long waited) {
    if (!world.terminal()) {
      return;
    }
    StringBuilder line = new StringBuilder(name + " " + phase.toLowerCase(Locale.ROOT));
    line.append(' ').append(deployment.path("ready").asInt());
    line.append('/').append(deployment.path("replicas").asInt());
    for (JsonNode instance : deployment.path("instances")) {
      line.append(LoadingText.brief(instance));
    }
    line.append(sentence(waited));
    clear();
    world.err().print(line);
    world.err().flush();
    shown = line.toString();
  }

  private void clear() {
    if (world.terminal() && !shown.isEmpty()) {
      world.err().print("\r" + " ".repeat(shown.length()) + "\r");
      shown = "";
    }
  }

  private static String sentence(long nanos) {
    return String.format(Locale.ROOT, " after %.1f s", nanos / 1e9);
  }

  private static String reason(JsonNode deployment) {
    return Output.text(deployment.path("reason"));
  }

  private static void pause() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS));
    if (Thread.currentThread().isInterrupted()) {
      throw new CliFailure(Exit.FAILURE, "interrupted");
    }
  }
}
