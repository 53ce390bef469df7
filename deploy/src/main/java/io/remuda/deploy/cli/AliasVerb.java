package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.remuda.deploy.cli.Output.Column;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Second names of models. */
@Command(
    name = "alias",
    mixinStandardHelpOptions = true,
    description = "Let a name stand for a model, and switch it to another one at once.",
    subcommands = {AliasVerb.Set.class, AliasVerb.Ls.class, AliasVerb.Rm.class},
    footer = {"", "Example: ./remuda alias set chat chat-v2"})
final class AliasVerb {

  private AliasVerb() {}

  /** Sets an alias, or switches it. */
  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description = "Let NAME stand for the deployment TARGET, from now on.",
      footer = {"", "Example: ./remuda alias set chat chat-v2"})
  static final class Set implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(index = "0", paramLabel = "NAME", description = "What clients ask for.")
    private String name;

    @Parameters(index = "1", paramLabel = "TARGET", description = "The deployment that answers.")
    private String model;

    @Option(
        names = "--if-version",
        paramLabel = "VERSION",
        description = "Only if the alias is at this version, as '-o json' shows it.")
    private @Nullable Long version;

    @Override
    public Integer call() {
      JsonNode answer =
          target
              .api()
              .put(
                  Api.path("/v1/aliases", name, ""),
                  JsonNodeFactory.instance.objectNode().put("target", model),
                  version == null ? Map.of() : Map.of("If-Match", "\"" + version + "\""));
      target.say(name + " is an alias of " + model);
      if (target.output().format() != Output.Format.TABLE) {
        target.output().document(answer);
      }
      return Exit.OK.code();
    }
  }

  /** Lists aliases. */
  @Command(
      name = "ls",
      mixinStandardHelpOptions = true,
      description = "List aliases, the deployments that they stand for, and how many of it serve.",
      footer = {"", "Example: ./remuda alias ls"})
  static final class Ls implements Callable<Integer> {
    @Mixin private Target target;

    @Override
    public Integer call() {
      target
          .output()
          .list(
              Target.items(target.api().get("/v1/aliases")),
              List.of(
                  Column.of("NAME", "name"),
                  Column.of("TARGET", "target"),
                  Column.of("READY", "ready"),
                  Column.of("SET", "setAt"),
                  Column.of("REASON", "reason")));
      return Exit.OK.code();
    }
  }

  /** Takes aliases away. */
  @Command(
      name = "rm",
      mixinStandardHelpOptions = true,
      description = "Let names stand for nothing any more; what they stood for goes on.",
      footer = {"", "Example: ./remuda alias rm chat"})
  static final class Rm implements Callable<Integer> {
    @Mixin private Target target;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "Names of the aliases.")
    private List<String> names;

    @Override
    public Integer call() {
      Api api = target.api();
      for (String name : names) {
        api.delete(Api.path("/v1/aliases", name, ""));
        target.say(name + " is no alias any more");
      }
      return Exit.OK.code();
    }
  }
}
