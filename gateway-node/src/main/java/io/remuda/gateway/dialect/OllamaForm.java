package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An answer as Ollama gives it: as one object, or as lines of which each says a little more.
 *
 * @param model as the client named it
 * @param asked when
 * @param chat whether it answers messages; else a prompt
 * @param thoughts whether the client wants to see what the model thought
 */
record OllamaForm(String model, Instant asked, boolean chat, boolean thoughts)
    implements AnswerForm {

  static OllamaForm of(JsonNode request, CallFacts facts, boolean chat) {
    return new OllamaForm(
        request.path("model").asText(), facts.at(), chat, request.path("think").asBoolean(true));
  }

  @Override
  public ObjectNode whole(JsonNode answer, Duration sinceAsked) throws BadAnswer {
    ChatPiece said = ChatPiece.ofAnswer(answer);
    List<ToolPiece> calls = GatheredCalls.uncut(said.tools(), said.finish());
    ObjectNode whole = line(said.text(), said.thinking(), calls, sinceAsked);
    Took took = new Took(sinceAsked, Optional.empty(), said.timings());
    end(whole, said.finish(), said.usage().orElse(ChatUsage.NONE), took);
    return whole;
  }

  @Override
  public EventStream stream() {
    return new OllamaEvents(this);
  }

  /** A line that says so much, and is not the last. */
  ObjectNode line(String text, String thinking, List<ToolPiece> calls, Duration sinceAsked)
      throws BadAnswer {
    ObjectNode line = Trees.object();
    line.put("model", model);
    line.put("created_at", asked.plus(sinceAsked).toString());
    ObjectNode says = line;
    if (chat) {
      says = line.putObject("message").put("role", "assistant");
    }
    says.put(chat ? "content" : "response", text);
    if (thoughts && !thinking.isEmpty()) {
      says.put("thinking", thinking);
    }
    if (!calls.isEmpty()) {
      ArrayNode all = says.putArray("tool_calls");
      for (ToolPiece call : calls) {
        ObjectNode function = all.addObject().putObject("function");
        function.put("name", call.name().orElse(""));
        function.set("arguments", GatheredCalls.arguments(call));
      }
    }
    return line.put("done", false);
  }

  /** Makes it the last line. */
  static void end(ObjectNode line, Optional<String> finish, ChatUsage usage, Took took) {
    line.put("done", true);
    line.put("done_reason", finish.filter("length"::equals).orElse("stop"));
    line.put("total_duration", took.total().toNanos());
    line.put("load_duration", 0);
    line.put("prompt_eval_count", usage.prompt());
    took.prompt().ifPresent(nanos -> line.put("prompt_eval_duration", nanos));
    line.put("eval_count", usage.completion());
    took.answer().ifPresent(nanos -> line.put("eval_duration", nanos));
  }

  /**
   * How long it took.
   *
   * @param first when the first of the answer came; empty where nobody saw it
   * @param timings the engine's own, which are better
   */
  record Took(Duration total, Optional<Duration> first, Optional<EngineTimings> timings) {

    Optional<Long> prompt() {
      return timings.map(EngineTimings::prompt).or(() -> first.map(Duration::toNanos));
    }

    Optional<Long> answer() {
      return timings
          .map(EngineTimings::answer)
          .or(() -> first.map(begun -> total.minus(begun).toNanos()));
    }
  }
}
