package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what became of a request to a model. */
@Command(
    name = "request",
    mixinStandardHelpOptions = true,
    description = {
      "Tell what became of a recent request to a model: the instances that it was sent to and what",
      "they said, where its time went, and how it ended; whichever gateway had it."
    },
    footer = {"", "Example: ./remuda request req-5f1c9a0b7e33d2aa"})
final class RequestVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(paramLabel = "ID", description = "The x-request-id of the answer.")
  private String id;

  @Option(
      names = "--tenant",
      paramLabel = "NAME",
      description = "Only requests of this tenant's keys and tokens.")
  private String tenant = "";

  @Override
  public Integer call() {
    String query =
        tenant.isEmpty() ? "" : "?tenant=" + URLEncoder.encode(tenant, StandardCharsets.UTF_8);
    JsonNode found = target.api().get(Api.path("/v1/requests", id, query)).path("data");
    Output output = target.output();
    if (output.format() != Output.Format.TABLE) {
      output.document(found);
      return Exit.OK.code();
    }
    found.forEach(this::tell);
    return Exit.OK.code();
  }

  private void tell(JsonNode request) {
    PrintStream out = target.world().out();
    out.println(
        "%s to %s at %s: %s after %d ms"
            .formatted(
                request.path("path").asText("?"),
                request.path("model").isNull() ? "no model" : request.path("model").asText("?"),
                request.path("endedAt").asText("?"),
                request.path("outcome").asText("?"),
                request.path("millis").asLong()));
    out.println(
        "  in line %d ms, at instances %d ms, in the gateway %d ms; first byte %s"
            .formatted(
                request.path("queueMillis").asLong(),
                request.path("instanceMillis").asLong(),
                request.path("overheadMillis").asLong(),
                request.path("firstByteMillis").isNumber()
                    ? "after " + request.path("firstByteMillis").asLong() + " ms"
                    : "none"));
    for (JsonNode one : request.path("tries")) {
      out.println(
          "  after %d ms to %s: %s"
              .formatted(
                  one.path("atMillis").asLong(),
                  one.path("instance").asText("?"),
                  one.path("outcome").asText("?")));
    }
  }
}
