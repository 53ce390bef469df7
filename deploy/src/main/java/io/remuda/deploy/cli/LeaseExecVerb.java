package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Holds a lease for as long as a command runs. */
@Command(
    name = "exec",
    mixinStandardHelpOptions = true,
    description = {
      "Run a command under a lease: it is acquired before and renewed while the command",
      "runs, and released when that has ended. The command finds OPENAI_BASE_URL,",
      "REMUDA_LEASE and REMUDA_URL in its environment; signals are passed on to it, and",
      "its exit code is this one's. Before it runs they are those of 'lease acquire",
      "--wait'."
    },
    footer = {"", "Example: ./remuda lease exec demo --ttl 1m -- ./my-experiment.sh"})
final class LeaseExecVerb implements Callable<Integer> {

  private static final String DELIMITER = "--";

  @Spec private CommandSpec spec;
  @Mixin private Target target;
  @Mixin private LeaseVerb.Wish wish;

  @Parameters(
      paramLabel = "MODEL",
      arity = "0..*",
      description = "Names of models; then -- and the command with its arguments.")
  private @Nullable List<String> words;

  @Override
  public Integer call() {
    List<String> command = command();
    List<String> all = words == null ? List.of() : words;
    List<String> models = all.subList(0, Math.max(0, all.size() - command.size()));
    Duration limit = wish.limit();
    JsonNode body = wish.body(models, target.world(), Optional.of(limit));
    Api api = target.api();
    // Under a key: a second try after an answer that was lost makes no second lease.
    Map<String, String> key = Map.of("Idempotency-Key", "exec-" + UUID.randomUUID());
    try (CommandSignals signals = CommandSignals.toThisThread(target.world().terminal())) {
      String id = "";
      try {
        long began = System.nanoTime();
        JsonNode asked = asked(api, body, key);
        id = asked.path("id").asText();
        JsonNode lease =
            new LeaseWait(target, api, () -> signals.seen() != 0).untilReady(asked, began, limit);
        return LeasedCommand.run(target, api, lease, command, signals);
      } catch (CliFailure failure) {
        if (signals.seen() != 0) {
          return 128 + signals.seen();
        }
        throw failure;
      } finally {
        // A signal that came before the command interrupted this thread, which has a call to make.
        boolean unused = Thread.interrupted();
        if (id.isEmpty() && signals.seen() != 0) {
          id = unanswered(api, body, key);
        }
        if (!id.isEmpty()) {
          LeaseWait.release(target, api, id);
        }
      }
    }
  }

  private static JsonNode asked(Api api, JsonNode body, Map<String, String> key) {
    try {
      return api.orEnded("POST", LeaseVerb.LEASES, body, key);
    } catch (CliFailure failure) {
      if (!failure.isPassing()) {
        throw failure;
      }
      return api.orEnded("POST", LeaseVerb.LEASES, body, key);
    }
  }

  /** The lease that was asked for when a signal came; empty where there is none. */
  private static String unanswered(Api api, JsonNode body, Map<String, String> key) {
    try {
      return api.post(LeaseVerb.LEASES, body, key).path("id").asText();
    } catch (CliFailure none) {
      return "";
    }
  }

  /** What stands behind the first {@code --}, as it was typed. */
  private List<String> command() {
    List<String> typed = spec.root().commandLine().getParseResult().originalArgs();
    int delimiter = typed.indexOf(DELIMITER);
    if (delimiter < 0 || delimiter == typed.size() - 1) {
      throw new ParameterException(
          spec.commandLine(), "say the command behind '--', as in: lease exec demo -- ./run.sh");
    }
    return List.copyOf(typed.subList(delimiter + 1, typed.size()));
  }
}
