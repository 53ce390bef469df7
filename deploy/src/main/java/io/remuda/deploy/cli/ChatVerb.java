package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Talks with a chat model, turn by turn. */
@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    description = {
      "Talk with a chat model. Each line is a turn; Ctrl-C ends an answer, Ctrl-D the talk.",
      "Without a terminal the lines come from standard input."
    },
    footer = {"", "Example: ./remuda chat demo"})
final class ChatVerb implements Callable<Integer> {

  @Mixin private Target target;

  @Parameters(paramLabel = "NAME", description = "Name of the model.")
  private String name;

  @Option(names = "--system", paramLabel = "TEXT", description = "What to tell the model first.")
  private @Nullable String system;

  @Option(names = "--max-tokens", paramLabel = "N", description = "End each answer after so many.")
  private int maxTokens;

  /** Where the turns of the person come from. */
  private interface Turns {
    Optional<String> next() throws IOException;
  }

  @Override
  public Integer call() throws IOException {
    ChatStream stream = new ChatStream(target.api());
    if (!target.world().terminal()) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(target.world().in(), StandardCharsets.UTF_8));
      talk(stream, () -> Optional.ofNullable(in.readLine()));
      return Exit.OK.code();
    }
    try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
      terminal.handle(Terminal.Signal.INT, signal -> stream.cancel());
      LineReader reader = LineReaderBuilder.builder().terminal(terminal).build();
      talk(stream, () -> read(reader));
    }
    return Exit.OK.code();
  }

  private void talk(ChatStream stream, Turns turns) throws IOException {
    ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    if (system != null) {
      messages.add(ChatStream.message("system", system));
    }
    PrintStream out = target.world().out();
    for (Optional<String> turn = turns.next(); turn.isPresent(); turn = turns.next()) {
      if (turn.get().isBlank()) {
        continue;
      }
      messages.add(ChatStream.message("user", turn.get()));
      String answer =
          stream.ask(
              name,
              messages,
              maxTokens,
              word -> {
                out.print(word);
                out.flush();
              });
      out.println();
      messages.add(ChatStream.message("assistant", answer));
    }
  }

  private static Optional<String> read(LineReader reader) {
    try {
      return Optional.of(reader.readLine("> "));
    } catch (UserInterruptException interrupted) {
      return Optional.of("");
    } catch (EndOfFileException end) {
      return Optional.empty();
    }
  }
}
