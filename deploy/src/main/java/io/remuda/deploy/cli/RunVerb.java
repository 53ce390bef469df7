package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks a chat model once. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Ask a chat model once; its words go to standard output as they come.",
    footer = {
      "",
      "Example: ./remuda run demo 'Tell me about horses'",
      "         ./remuda run demo < question.txt"
    })
final class RunVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(index = "0", paramLabel = "NAME", description = "Name of the model.")
  private String name;

  @Parameters(
      index = "1..*",
      paramLabel = "PROMPT",
      arity = "0..*",
      description = "What to ask; left out, standard input is read.")
  private @Nullable List<String> prompt;

  @Option(names = "--system", paramLabel = "TEXT", description = "What to tell the model first.")
  private @Nullable String system;

  @Option(names = "--max-tokens", paramLabel = "N", description = "End the answer after so many.")
  private int maxTokens;

  @Override
  public Integer call() {
    ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    if (system != null) {
      messages.add(ChatStream.message("system", system));
    }
    messages.add(ChatStream.message("user", question()));
    PrintStream out = target.world().out();
    ChatStream stream = new ChatStream(target.api());
    stream.ask(
        name,
        messages,
        maxTokens,
        word -> {
          out.print(word);
          out.flush();
        });
    out.println();
    return Exit.OK.code();
  }

  private String question() {
    if (prompt != null && !prompt.isEmpty()) {
      return String.join(" ", prompt);
    }
    try {
      return new String(target.world().in().readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new CliFailure(Exit.USAGE, "cannot read the prompt from standard input: " + e, e);
    }
  }
}
