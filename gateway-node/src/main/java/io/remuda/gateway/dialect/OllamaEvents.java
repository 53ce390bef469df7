package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A streamed answer as Ollama's lines; calls of tools are told whole, the tokens at the end. */
final class OllamaEvents implements EventStream {

  private final OllamaForm form;
  private final GatheredCalls calls = new GatheredCalls();
  private Optional<Duration> first = Optional.empty();
  private Optional<String> finish = Optional.empty();
  private Optional<EngineTimings> timings = Optional.empty();
  private ChatUsage usage = ChatUsage.NONE;

  OllamaEvents(OllamaForm form) {
    this.form = form;
  }

  @Override
  public void chunk(JsonNode chunk, Duration sinceAsked, Consumer<ObjectNode> out)
      throws BadAnswer {
    ChatPiece piece = ChatPiece.ofChunk(chunk);
    timings = piece.timings().or(() -> timings);
    if (piece.isEmpty()) {
      return;
    }
    first = first.or(() -> Optional.of(sinceAsked));
    usage = piece.usage().orElse(usage);
    finish = piece.finish().or(() -> finish);
    piece.tools().forEach(calls::add);
    if (!piece.text().isEmpty() || (form.thoughts() && !piece.thinking().isEmpty())) {
      out.accept(form.line(piece.text(), piece.thinking(), List.of(), sinceAsked));
    }
  }

  @Override
  public void end(boolean done, Duration sinceAsked, Consumer<ObjectNode> out) throws BadAnswer {
    if (!done && finish.isEmpty()) {
      return;
    }
    List<ToolPiece> whole = GatheredCalls.uncut(calls.all(), finish);
    if (!whole.isEmpty()) {
      out.accept(form.line("", "", whole, sinceAsked));
    }
    ObjectNode last = form.line("", "", List.of(), sinceAsked);
    OllamaForm.end(last, finish, usage, new OllamaForm.Took(sinceAsked, first, timings));
    out.accept(last);
  }
}
