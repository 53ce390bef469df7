package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes how many instances are wanted. */
@Command(
    name = "scale",
    mixinStandardHelpOptions = true,
    description = "Change how many instances of a deployment are wanted.",
    footer = {"", "Example: ./remuda scale demo 3 --wait"})
final class ScaleVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(index = "0", paramLabel = "NAME", description = "Name of the deployment.")
  private String name;

  @Parameters(index = "1", paramLabel = "REPLICAS", description = "How many; 0 stops it.")
  private int replicas;

  @Option(names = "--wait", description = "Return when it is so.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "5m",
      description = "How long --wait waits. Default: ${DEFAULT-VALUE}.")
  private String timeout;

  @Override
  public Integer call() {
    var limit = Durations.parse(timeout);
    Api api = target.api();
    JsonNode answer = scale(api, name, replicas);
    if (wait) {
      answer = new Readiness(api, target.world()).await(name, limit);
    } else {
      target.say(name + " shall have " + replicas + (replicas == 1 ? " instance" : " instances"));
    }
    if (target.output().format() != Output.Format.TABLE) {
      target.output().document(answer);
    }
    return Exit.OK.code();
  }

  static JsonNode scale(Api api, String name, int replicas) {
    return api.post(
        Api.path("/v1/deployments", name, "/scale"),
        JsonNodeFactory.instance.objectNode().put("replicas", replicas));
  }
}
