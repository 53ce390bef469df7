package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Turns texts into vectors. */
@Command(
    name = "embed",
    mixinStandardHelpOptions = true,
    description = "Turn texts into vectors; one line of numbers for each.",
    footer = {"", "Example: ./remuda embed my-embedder 'a horse' 'a mule'"})
final class EmbedVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(index = "0", paramLabel = "NAME", description = "Name of the model.")
  private String name;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "TEXT", description = "What to embed.")
  private List<String> texts;

  @Override
  public Integer call() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("model", name).put("encoding_format", "float");
    texts.forEach(body.putArray("input")::add);
    JsonNode answer = target.api().post("/v1/embeddings", body);
    if (target.output().format() != Output.Format.TABLE) {
      target.output().document(answer);
    } else {
      answer.path("data").forEach(item -> target.world().out().println(item.path("embedding")));
    }
    return Exit.OK.code();
  }
}
