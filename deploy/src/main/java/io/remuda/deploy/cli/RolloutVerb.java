package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** What becomes of a changed deployment. */
@Command(
    name = "rollout",
    mixinStandardHelpOptions = true,
    description = "Show where the update of a deployment stands, go on with it or take it back.",
    subcommands = {
      RolloutVerb.Status.class,
      RolloutVerb.Promote.class,
      RolloutVerb.Canary.class,
      RolloutVerb.Rollback.class
    },
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

  /** Lets a canary take over. */
  @Command(
      name = "promote",
      mixinStandardHelpOptions = true,
      description = "Let the new version that is a canary take the old one's place.",
      footer = {"", "Example: ./remuda rollout promote demo"})
  static final class Promote implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "NAME", description = "Name of the deployment.")
    private String name;

    @Override
    public Integer call() {
      JsonNode deployment = target.api().post(Api.path("/v1/deployments", name, "/promote"));
      return told(target, "the new version of " + name + " takes over", deployment);
    }
  }

  /** Gives a canary another share. */
  @Command(
      name = "canary",
      mixinStandardHelpOptions = true,
      description = "Give the new version that is a canary another share of the requests.",
      footer = {"", "Example: ./remuda rollout canary demo 20"})
  static final class Canary implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(index = "0", paramLabel = "NAME", description = "Name of the deployment.")
    private String name;

    @Parameters(index = "1", paramLabel = "PERCENT", description = "0 to 100.")
    private int percent;

    @Override
    public Integer call() {
      JsonNode deployment =
          target
              .api()
              .put(
                  Api.path("/v1/deployments", name, "/canary"),
                  JsonNodeFactory.instance.objectNode().put("percent", percent),
                  Map.of());
      return told(
          target,
          "the new version of " + name + " gets " + percent + " % of the requests",
          deployment);
    }
  }

  private static int told(Target target, String sentence, JsonNode deployment) {
    target.say(sentence);
    if (target.output().format() != Output.Format.TABLE) {
      target.output().document(deployment);
    }
    return Exit.OK.code();
  }

  /** Takes one back. */
  @Command(
      name = "rollback",
      mixinStandardHelpOptions = true,
      description = {
        "Take an update back that goes on or was given up;",
        "without one, have the version again that served before the last one."
      },
      footer = {"", "Example: ./remuda rollout rollback demo"})
  static final class Rollback implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "NAME", description = "Name of the deployment.")
    private String name;

    @Override
    public Integer call() {
      JsonNode deployment = target.api().post(Api.path("/v1/deployments", name, "/rollback"));
      return told(target, "rolling " + name + " back", deployment);
    }
  }
}
