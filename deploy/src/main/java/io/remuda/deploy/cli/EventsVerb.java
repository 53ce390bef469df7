package io.remuda.deploy.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.remuda.deploy.cli.Output.Column;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the fleet's story. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    description = {
      "Show what happened last, of one deployment or of all; --after 0 shows all there ever was, -f",
      "follows what happens."
    },
    footer = {"", "Example: ./remuda events -f"})
final class EventsVerb implements Callable<Integer> {

  private static final List<Column> COLUMNS =
      List.of(
          Column.of("ID", "id"),
          Column.of("AT", "at"),
          Column.of("EVENT", "kind"),
          Column.of("SUBJECT", "subject"),
          Column.of("TEXT", "text"));

  @Mixin private Target target;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "Only this deployment's.")
  private @Nullable String name;

  private static final int SHOWN = 100;
  private static final int SHOWN_BEFORE_MORE = 10;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on as things happen, until Ctrl-C.")
  private boolean follow;

  @Option(names = "--after", paramLabel = "ID", description = "Only events after this one.")
  private @Nullable String after;

  @Override
  public Integer call() {
    if (follow) {
      follow();
    } else {
      Api api = target.api();
      target.output().list(after == null ? newest(api) : pages(api, after), COLUMNS);
    }
    return Exit.OK.code();
  }

  private ArrayNode newest(Api api) {
    ArrayNode some = JsonNodeFactory.instance.arrayNode();
    Target.items(api.get(path() + "?limit=" + SHOWN)).forEach(some::add);
    return some;
  }

  /** All that is there now: pages are asked for until one is the last. */
  private ArrayNode pages(Api api, String place) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    String from = place;
    while (true) {
      JsonNode page = api.get(path() + "?limit=1000&after=" + from);
      Target.items(page).forEach(all::add);
      if (!page.path("has_more").asBoolean()) {
        return all;
      }
      from = page.path("last").asText();
    }
  }

  private String path() {
    return name == null ? "/v1/events" : Api.path("/v1/deployments", name, "/events");
  }

  /** A few that have happened, unless a place is named, then what happens, without a gap. */
  private void follow() {
    Api api = target.api();
    String from = after;
    if (from == null) {
      JsonNode page = api.get(path() + "?limit=" + SHOWN_BEFORE_MORE);
      Target.items(page).forEach(this::show);
      from = page.path("last").asText();
    }
    api.events(path(), Optional.of(from), event -> show(parse(event.data())));
  }

  private void show(JsonNode event) {
    boolean raw = target.output().format() != Output.Format.TABLE;
    target.world().out().println(raw ? event.toString() : line(event));
  }

  static String line(JsonNode event) {
    return event.path("at").asText("")
        + " "
        + event.path("kind").asText("?")
        + " "
        + event.path("subject").asText("")
        + ": "
        + event.path("text").asText("");
  }

  private static JsonNode parse(String data) {
    try {
      return new ObjectMapper().readTree(data);
    } catch (JsonProcessingException e) {
      throw new CliFailure(Exit.FAILURE, "the gateway sent an event that is no JSON: " + data, e);
    }
  }
}
