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
    description = {
      "Say why a deployment stands where it stands: why each instance is where it is, and why a",
      "missing one is not there, machine by machine; with what its engine wrote of errors and",
      "warnings."
    },
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
    if (why.path("scaled").isObject()) {
      out.println(
          "It scales by itself, to %d now: %s"
              .formatted(
                  why.path("scaled").path("target").asInt(),
                  why.path("scaled").path("reason").asText()));
    }
    why.path("relief").forEach(other -> out.println(relief(other)));
    why.path("instances").forEach(this::explain);
    int missing = why.path("missing").asInt();
    out.println(
        missing > 0 ? "Missing: " + missing + ". One more instance:" : "One more instance:");
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

  /** One of the other models that its requests go to. */
  private static String relief(JsonNode other) {
    String as =
        other.path("as").asText().equals("shadow")
            ? "Copies of %s of its requests go to ".formatted(other.path("share").asText())
            : "Its fallback is ";
    return as + other.path("model").asText("?") + ": " + other.path("text").asText();
  }

  /** One instance: where it is, since when, and what was passed over for it. */
  private void explain(JsonNode instance) {
    var out = target.world().out();
    JsonNode reason = instance.path("reason");
    out.println(
        "%s is %s on %s since %s%s"
            .formatted(
                instance.path("instance").asText("?"),
                instance.path("phase").asText("?"),
                instance.path("machine").asText("?"),
                instance.path("placedAt").asText("?"),
                reason.isTextual() ? ": " + Output.few(reason.asText()) : ""));
    String loading = LoadingText.sentence(instance);
    if (!loading.isEmpty()) {
      out.println("  " + loading);
    }
    TroubleText.lines(instance).forEach(line -> out.println("  " + line));
    out.println("  " + instance.path("because").asText("?"));
    instance.path("weighed").forEach(verdict -> out.println("    " + line(verdict)));
  }

  static String line(JsonNode verdict) {
    String word =
        verdict.path("fits").asBoolean() ? "fits" : "no, " + verdict.path("predicate").asText("?");
    return verdict.path("machine").asText("?") + ": " + word + ": " + verdict.path("text").asText();
  }
}
