package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An answer in one piece of an engine that speaks OpenAI's words loosely, as clients read it. */
public final class StrictAnswer {

  private StrictAnswer() {}

  /**
   * Mends {@code answer} in place; one without choices is left as it is, for nobody knows what it
   * says.
   *
   * @throws BadAnswer when it tells of a failure
   */
  public static void mend(ObjectNode answer, AnswerKind kind, CallFacts facts) throws BadAnswer {
    ChatPiece.refuseError(answer);
    if (!answer.path("choices").isArray()) {
      return;
    }
    new StrictHead(kind, facts).mend(answer, kind.whole());
    for (JsonNode each : StrictHead.choices(answer)) {
      ObjectNode choice = (ObjectNode) each;
      boolean called = kind == AnswerKind.CHAT ? message(choice, facts) : text(choice);
      String otherwise = called ? FinishReasons.TOOL_CALLS : FinishReasons.STOP;
      choice.put(
          "finish_reason",
          FinishReasons.of(choice.path("finish_reason"), called).orElse(otherwise));
    }
    StrictUsage.mend(answer);
  }

  /** Whether it calls a tool. */
  private static boolean message(ObjectNode choice, CallFacts facts) {
    ObjectNode message =
        choice.path("message") instanceof ObjectNode given ? given : choice.putObject("message");
    message.put("role", "assistant");
    if (!message.has("content")) {
      message.putNull("content");
    }
    int index = choice.path("index").asInt();
    StrictCalls calls =
        new StrictCalls(index == 0 ? facts.requestId() : facts.requestId() + "_" + index);
    calls.mend(message, true);
    return calls.any();
  }

  private static boolean text(ObjectNode choice) {
    if (!choice.path("text").isTextual()) {
      choice.put("text", "");
    }
    if (!choice.has("logprobs")) {
      choice.putNull("logprobs");
    }
    return false;
  }
}
