package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Asks a typed model once. */
@Command(
    name = "infer",
    mixinStandardHelpOptions = true,
    description = "Ask a typed model once, with its input as JSON, and wait for its answer.",
    footer = {
      "",
      "Example: ./remuda infer sentiment '{\"text\": \"what a fine horse\"}'",
      "         ./remuda infer sentiment @input.json",
      "         ./remuda infer sentiment < input.json"
    })
final class InferVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(index = "0", paramLabel = "MODEL", description = "Name of the model.")
  private String name;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "JSON",
      description = "The input; - or nothing for standard input, @FILE for a file.")
  private @Nullable String input;

  @Override
  public Integer call() {
    JsonNode body = ModelInput.read(Optional.ofNullable(input), target.world());
    target.output().document(target.api().post(Api.path("/v1/models", name, "/predict"), body));
    return Exit.OK.code();
  }
}
