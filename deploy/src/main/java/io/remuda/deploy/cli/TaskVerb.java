package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.deploy.cli.Output.Column;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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

/** Durable tasks: what was accepted is done, whatever dies in between. */
@Command(
    name = "task",
    mixinStandardHelpOptions = true,
    description = "Submit durable tasks to models, look at them, wait for them, cancel them.",
    subcommands = {
      TaskVerb.Submit.class,
      TaskVerb.Get.class,
      TaskVerb.Watch.class,
      TaskVerb.Cancel.class,
      TaskVerb.Ls.class,
      DeadTaskVerb.class
    },
    footer = {"", "Example: ./remuda task submit sentiment '{\"text\": \"a fine horse\"}' --wait"})
final class TaskVerb {

  private TaskVerb() {}

  /** Submits a task. */
  @Command(
      name = "submit",
      mixinStandardHelpOptions = true,
      description = "Submit a task; its id goes to standard output once the queue has it.",
      footer = {
        "",
        "Example: ./remuda task submit sentiment '{\"text\": \"a fine horse\"}' --deadline 5m",
        "         ./remuda task submit sentiment @input.json --wait",
        "         ./remuda task submit llama @text.json --endpoint embeddings"
      })
  static final class Submit implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(index = "0", paramLabel = "MODEL", description = "Name of the model.")
    private String model;

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "JSON",
        description = "The input; - or nothing for standard input, @FILE for a file.")
    private @Nullable String input;

    @Option(
        names = "--endpoint",
        paramLabel = "NAME",
        description = {
          "What a model without a schema is asked: chat (when left out), completions or",
          "embeddings; the input is such a request's body."
        })
    private @Nullable String endpoint;

    @Option(names = "--deadline", paramLabel = "DURATION", description = "Then it is EXPIRED: 5m.")
    private @Nullable String deadline;

    @Option(names = "--ttl", paramLabel = "DURATION", description = "For which its result is kept.")
    private @Nullable String ttl;

    @Option(names = "--webhook", paramLabel = "URL", description = "Is told of its end.")
    private @Nullable String webhook;

    @Option(
        names = "--idempotency-key",
        paramLabel = "TEXT",
        description = "A second try under the same key finds the first one's task.")
    private @Nullable String idempotencyKey;

    @Option(names = "--wait", description = "Return with its result when it has ended.")
    private boolean wait;

    @Override
    public Integer call() {
      String query = query();
      JsonNode body = ModelInput.read(Optional.ofNullable(input), target.world());
      Api api = target.api();
      Map<String, String> headers = new TreeMap<>();
      if (idempotencyKey != null) {
        headers.put("Idempotency-Key", idempotencyKey);
      }
      JsonNode task = api.post(Api.path("/v1/models", model, "/tasks") + query, body, headers);
      String id = task.path("id").asText();
      if (wait) {
        target.say("accepted as " + id);
        return TaskWatch.follow(target, api, id);
      }
      if (target.output().format() == Output.Format.TABLE) {
        target.world().out().println(id);
      } else {
        target.output().document(task);
      }
      return Exit.OK.code();
    }

    private String query() {
      List<String> parts = new ArrayList<>();
      add(parts, "endpoint", endpoint == null ? null : path(endpoint));
      add(parts, "deadline", deadline);
      add(parts, "ttl", ttl);
      add(parts, "webhook", webhook);
      return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }

    private static String path(String endpoint) {
      return switch (endpoint) {
        case "chat" -> "/v1/chat/completions";
        case "completions" -> "/v1/completions";
        case "embeddings" -> "/v1/embeddings";
        default ->
            throw new CliFailure(
                Exit.USAGE,
                "--endpoint is chat, completions or embeddings, not '" + endpoint + "'");
      };
    }

    private static void add(List<String> parts, String name, @Nullable String value) {
      if (value != null) {
        parts.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
      }
    }
  }

  /** Shows one task. */
  @Command(
      name = "get",
      mixinStandardHelpOptions = true,
      description = "Show a task with its state and, once it is DONE, its result.",
      footer = {"", "Example: ./remuda task get tk_m3k1x0_8f2c0d1e2f3a4b5c6d7e -o json"})
  static final class Get implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "ID", description = "The task's id.")
    private String id;

    @Override
    public Integer call() {
      target.output().document(target.api().get(Api.path("/v1/tasks", id, "")));
      return Exit.OK.code();
    }
  }

  /** Waits for a task. */
  @Command(
      name = "watch",
      mixinStandardHelpOptions = true,
      description = {
        "Show each state of a task as it comes, and return with its result when it has ended.",
        "Exit codes: 0 it is DONE, 1 FAILED or CANCELLED, 6 EXPIRED."
      },
      footer = {"", "Example: ./remuda task watch tk_m3k1x0_8f2c0d1e2f3a4b5c6d7e"})
  static final class Watch implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "ID", description = "The task's id.")
    private String id;

    @Override
    public Integer call() {
      return TaskWatch.follow(target, target.api(), id);
    }
  }

  /** Cancels tasks. */
  @Command(
      name = "cancel",
      mixinStandardHelpOptions = true,
      description = "Cancel tasks that have not ended; exit code 1 when one had.",
      footer = {"", "Example: ./remuda task cancel tk_m3k1x0_8f2c0d1e2f3a4b5c6d7e"})
  static final class Cancel implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "Ids, as 'task ls' shows them.")
    private List<String> ids;

    @Override
    public Integer call() {
      Api api = target.api();
      Exit exit = Exit.OK;
      for (String id : ids) {
        String state = api.delete(Api.path("/v1/tasks", id, "")).path("state").asText();
        target.say(id + " is " + state);
        if (!state.equals("CANCELLED")) {
          exit = Exit.FAILURE;
        }
      }
      return exit.code();
    }
  }

  /** Lists tasks. */
  @Command(
      name = "ls",
      mixinStandardHelpOptions = true,
      description = "List your own tasks, the newest first.",
      footer = {"", "Example: ./remuda task ls --limit 50"})
  static final class Ls implements Callable<Integer> {
    @Mixin private Target target;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "1 to 100.")
    private int limit;

    @Option(names = "--after", paramLabel = "ID", description = "Only those older than this one.")
    private @Nullable String after;

    @Override
    public Integer call() {
      String older =
          after == null ? "" : "&after=" + URLEncoder.encode(after, StandardCharsets.UTF_8);
      target
          .output()
          .list(
              Target.items(target.api().get("/v1/tasks?limit=" + limit + older)),
              List.of(
                  Column.of("ID", "id"),
                  Column.of("MODEL", "model"),
                  Column.of("STATE", "state"),
                  Column.of("ATTEMPTS", "attempts"),
                  Column.of("CREATED", "createdAt"),
                  Column.of("FINISHED", "finishedAt")));
      return Exit.OK.code();
    }
  }
}
