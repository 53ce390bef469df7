package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Says why a deployment stands where it stands. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = "Say why a deployment stands where it stands, machine by machine.",
    footer = {"", "Example: ./remuda explain chat-small"})
final class ExplainVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(paramLabel = "NAME", description = "Name of the deployment.")
  private String name;

  @Override
  public Integer call() {
    JsonNode why = target.api().get(Api.path("/v1/deployments", name, "/why"));
    Output output = target.output();
    if (output.format() != Output.Format.TABLE) {
      output.document(why);
      return Exit.OK.code();
    }
    var out = target.world().out();
    JsonNode reason = why.path("reason");
    out.println(
        name
            + " is "
            + why.path("phase").asText("?")
            + (reason.isTextual() ? ": " + Output.few(reason.asText()) : ""));
    out.println("One more instance:");
    if (why.path("verdicts").isEmpty()) {
      out.println("  no machine is known; start one with './remuda model'");
    }
    why.path("verdicts").forEach(verdict -> out.println("  " + line(verdict)));
    if (!why.path("history").isEmpty()) {
      out.println("So far:");
    }
    why.path("history").forEach(event -> out.println("  " + EventsVerb.line(event)));
    return Exit.OK.code();
  }

  static String line(JsonNode verdict) {
    String word =
        verdict.path("fits").asBoolean() ? "fits" : "no, " + verdict.path("predicate").asText("?");
    return verdict.path("machine").asText("?") + ": " + word + ": " + verdict.path("text").asText();
  }
}
