package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What becomes of a changed deployment. */
@Command(
    name = "rollout",
    mixinStandardHelpOptions = true,
    description = "Show where the update of a deployment stands, or take it back.",
    subcommands = {RolloutVerb.Status.class, RolloutVerb.Rollback.class},
    footer = {"", "Example: ./remuda rollout status demo"})
final class RolloutVerb {

  private RolloutVerb() {}

  /** Shows one. */
  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Show how far the new version has taken the old one's place, and why.",
      footer = {"", "Example: ./remuda rollout status demo"})
  static final class Status implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "NAME", description = "Name of the deployment.")
    private String name;

    @Override
    public Integer call() {
      JsonNode rollout = target.api().get(Api.path("/v1/deployments", name, "/rollout"));
      if (target.output().format() == Output.Format.TABLE) {
        target.world().out().println(sentence(rollout));
      } else {
        target.output().document(rollout);
      }
      return Exit.OK.code();
    }

    private static String sentence(JsonNode rollout) {
      String name = rollout.path("name").asText();
      String stage = rollout.path("stage").asText();
      return stage.equals("NONE")
          ? "%s: no rollout is going on, all instances are of one version".formatted(name)
          : "%s is %s by %s: %s"
              .formatted(
                  name, stage, rollout.path("strategy").asText(), rollout.path("reason").asText());
    }
  }

  /** Takes one back. */
  @Command(
      name = "rollback",
      mixinStandardHelpOptions = true,
      description = "Take an update back that goes on or was given up.",
      footer = {"", "Example: ./remuda rollout rollback demo"})
  static final class Rollback implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "NAME", description = "Name of the deployment.")
    private String name;

    @Override
    public Integer call() {
      JsonNode deployment = target.api().post(Api.path("/v1/deployments", name, "/rollback"));
      target.say("rolling " + name + " back");
      if (target.output().format() != Output.Format.TABLE) {
        target.output().document(deployment);
      }
      return Exit.OK.code();
    }
  }
}
