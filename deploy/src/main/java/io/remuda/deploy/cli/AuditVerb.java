package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.remuda.deploy.cli.Output.Column;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows who changed the fleet. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "Show who changed the fleet last, and what was answered; --after 0 shows all.",
    footer = {"", "Example: ./remuda audit --after 0 -o json"})
final class AuditVerb implements Callable<Integer> {

  private static final int SHOWN = 100;

  @Mixin private Target target;

  @Option(names = "--after", paramLabel = "ID", description = "Only what came after this one.")
  private @Nullable String after;

  @Override
  public Integer call() {
    Api api = target.api();
    ArrayNode deeds = JsonNodeFactory.instance.arrayNode();
    if (after == null) {
      Target.items(api.get("/v1/audit?limit=" + SHOWN)).forEach(deeds::add);
    } else {
      pages(api, after, deeds);
    }
    target
        .output()
        .list(
            deeds,
            List.of(
                Column.of("ID", "id"),
                Column.of("AT", "at"),
                Column.of("CALLER", "caller"),
                Column.of("TENANT", "tenant"),
                Column.of("OPERATION", "operation"),
                Column.of("PATH", "path"),
                Column.of("STATUS", "status"),
                Column.of("CODE", "code"),
                Column.of("REQUEST", "requestId")));
    return Exit.OK.code();
  }

  /** All that is there now: pages are asked for until one is the last. */
  private static void pages(Api api, String place, ArrayNode deeds) {
    String from = place;
    for (boolean more = true; more; ) {
      JsonNode page = api.get("/v1/audit?limit=1000&after=" + from);
      Target.items(page).forEach(deeds::add);
      more = page.path("has_more").asBoolean();
      from = page.path("last").asText();
    }
  }
}
