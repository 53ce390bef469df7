package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Instances that are kept for one holder for a time. */
@Command(
    name = "lease",
    mixinStandardHelpOptions = true,
    description = "Hold instances of models for yourself, for a time.",
    subcommands = {
      LeaseVerb.Acquire.class,
      LeaseVerb.Status.class,
      LeaseVerb.Renew.class,
      LeaseVerb.Release.class,
      LeaseExecVerb.class
    },
    footer = {
      "",
      "Example: ./remuda lease acquire demo --ttl 10m --wait",
      "         ./remuda lease exec demo -- ./my-experiment.sh"
    })
final class LeaseVerb {

  static final String LEASES = "/v1/leases";

  private LeaseVerb() {}

  /** Acquires one. */
  @Command(
      name = "acquire",
      mixinStandardHelpOptions = true,
      description = {
        "Ask for one instance of each model; what there is of the lease goes to standard",
        "output. An OpenAI client takes its endpoint as base URL.",
        "Exit codes with --wait: 0 it is READY, 1 it has ended, 2 it can never be served",
        "as it is asked for, 3 no such model, 4 no machine can hold it, 5 the API key may",
        "not have it, 6 not in time, 7 the deployment that it brings has another schema."
      },
      footer = {
        "",
        "Example: ./remuda lease acquire demo --ttl 10m --wait --timeout 5m",
        "         ./remuda lease acquire -f own.yaml --wait   a deployment of its own"
      })
  static final class Acquire implements Callable<Integer> {
    @Mixin private Target target;
    @Mixin private Wish wish;

    @Parameters(paramLabel = "MODEL", arity = "0..*", description = "Names of models.")
    private @Nullable List<String> models;

    @Option(
        names = "--idempotency-key",
        paramLabel = "TEXT",
        description = "A second try under the same key finds the first one's lease.")
    private @Nullable String idempotencyKey;

    @Option(names = "--wait", description = "Return when it is READY, or cannot become it.")
    private boolean wait;

    @Override
    public Integer call() {
      Map<String, String> headers = new TreeMap<>();
      if (idempotencyKey != null) {
        headers.put("Idempotency-Key", idempotencyKey);
      }
      Api api = target.api();
      Duration limit = wish.limit();
      JsonNode body =
          wish.body(
              models == null ? List.of() : models,
              target.world(),
              wait ? Optional.of(limit) : Optional.empty());
      long began = System.nanoTime();
      JsonNode lease = api.orEnded("POST", LEASES, body, headers);
      if (wait) {
        target.say("asked for as " + lease.path("id").asText());
      }
      if (wait || LeaseWait.hasEnded(lease)) {
        lease = new LeaseWait(target, api).untilReady(lease, began, limit);
      }
      target.output().document(lease);
      return Exit.OK.code();
    }
  }

  /** What both ways to acquire one have in common. */
  static final class Wish {
    @Option(
        names = "--ttl",
        paramLabel = "DURATION",
        description = "How long it holds without a renewal, such as 10m.")
    private @Nullable String ttl;

    @Option(
        names = "--session",
        paramLabel = "TEXT",
        description = "The same text gets the same instances again where they are free.")
    private @Nullable String session;

    @Option(
        names = "--shared",
        description = "A slot of each instance; others may use those that are left.")
    private boolean shared;

    @Option(
        names = "--slots",
        paramLabel = "N",
        description = "So many slots of each instance, as with --shared.")
    private @Nullable Integer slots;

    @Option(
        names = {"-f", "--file"},
        paramLabel = "FILE",
        description = "A deployment in YAML that is there for this lease alone; - reads stdin.")
    private @Nullable String file;

    @Option(
        names = "--timeout",
        paramLabel = "DURATION",
        defaultValue = "10m",
        description = "How long to wait for it at most. Default: ${DEFAULT-VALUE}.")
    private String timeout;

    Duration limit() {
      return Durations.parse(timeout);
    }

    /**
     * @param patience after which it is to end by itself when it is not ready
     */
    ObjectNode body(List<String> models, Surroundings world, Optional<Duration> patience) {
      if (models.isEmpty() && file == null) {
        throw new CliFailure(
            Exit.USAGE, "say which models: their names, or a deployment of its own with -f FILE");
      }
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      if (!models.isEmpty()) {
        models.forEach(body.putArray("models")::add);
      }
      if (file != null) {
        body.set("deployment", DeploymentFile.readOne(file, world));
      }
      if (ttl != null) {
        body.put("ttlSeconds", seconds(Durations.parse(ttl)));
      }
      if (session != null) {
        body.put("session", session);
      }
      if (shared || slots != null) {
        body.put("exclusive", false);
      }
      if (slots != null) {
        body.put("slots", slots);
      }
      patience.ifPresent(limit -> body.put("waitSeconds", seconds(limit)));
      return body;
    }
  }

  /** Shows one. */
  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Show a lease; exit code 1 when it has ended.",
      footer = {"", "Example: ./remuda lease status ls-8f2c0d1e2f3a4b5c6d7e8f9a0b1c2d3e"})
  static final class Status implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "ID", description = "The lease's id.")
    private String id;

    @Override
    public Integer call() {
      JsonNode lease = target.api().orEnded("GET", Api.path(LEASES, id, ""), Optional.empty());
      target.output().document(lease);
      return (LeaseWait.hasEnded(lease) ? Exit.FAILURE : Exit.OK).code();
    }
  }

  /** Renews one. */
  @Command(
      name = "renew",
      mixinStandardHelpOptions = true,
      description = "Hold on to a lease, from now on for its time to live or another one.",
      footer = {"", "Example: ./remuda lease renew ls-8f2c0d1e2f3a4b5c6d7e8f9a0b1c2d3e --ttl 1h"})
  static final class Renew implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "ID", description = "The lease's id.")
    private String id;

    @Option(names = "--ttl", paramLabel = "DURATION", description = "Another time to live.")
    private @Nullable String ttl;

    @Override
    public Integer call() {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      if (ttl != null) {
        body.put("ttlSeconds", seconds(Durations.parse(ttl)));
      }
      target.output().document(target.api().post(Api.path(LEASES, id, "/renew"), body));
      return Exit.OK.code();
    }
  }

  /** Releases leases. */
  @Command(
      name = "release",
      mixinStandardHelpOptions = true,
      description = "Let go of leases; exit code 1 when one had ended before.",
      footer = {"", "Example: ./remuda lease release ls-8f2c0d1e2f3a4b5c6d7e8f9a0b1c2d3e"})
  static final class Release implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "Their ids.")
    private List<String> ids;

    @Override
    public Integer call() {
      Api api = target.api();
      Exit exit = Exit.OK;
      for (String id : ids) {
        JsonNode before = api.orEnded("DELETE", Api.path(LEASES, id, ""), Optional.empty());
        boolean late = LeaseWait.hasEnded(before);
        target.say(id + (late ? LeaseWait.ended(before) : " is released"));
        exit = late ? Exit.FAILURE : exit;
      }
      return exit.code();
    }
  }

  /** Never shorter than what was typed. */
  private static long seconds(Duration span) {
    return span.plusMillis(999).toSeconds();
  }
}
