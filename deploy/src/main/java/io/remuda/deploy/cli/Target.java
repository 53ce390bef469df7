package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every command that talks to a gateway, and what they lead to. */
final class Target {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The gateway. Default: REMUDA_URL, the config file, port 8080 of this machine.")
  private @Nullable String url;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "API key. Default: REMUDA_API_KEY, the config file. Better not typed here.")
  private @Nullable String key;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description =
          "Whom to trust for an https URL, PEM. Default: REMUDA_CACERT, the config file, what this"
              + " Java trusts.")
  private @Nullable String authority;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table, json or yaml.")
  private @Nullable String format;

  Surroundings world() {
    return Main.of(mixee).world();
  }

  Settings settings() {
    return Settings.resolve(
        world(),
        Optional.ofNullable(url),
        Optional.ofNullable(key),
        Optional.ofNullable(authority),
        Optional.ofNullable(format));
  }

  Api api() {
    return new Api(settings());
  }

  Output output() {
    return new Output(world().out(), settings().format());
  }

  /** Something that is not data. */
  void say(String sentence) {
    world().err().println(sentence);
  }

  /** The items of a list answer: the array itself, or what its envelope holds. */
  static JsonNode items(JsonNode answer) {
    if (answer.isArray()) {
      return answer;
    }
    for (JsonNode child : answer) {
      if (child.isArray()) {
        return child;
      }
    }
    return answer.path("data");
  }
}
