package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/**
 * Anthropic's {@code /v1/messages/count_tokens} for engines whose {@code /tokenize} takes the
 * messages of a chat, and so puts them into the model's own template before it counts.
 */
public final class TokenCountTranslator implements Translator {

  private static final String PATH = "/tokenize";

  @Override
  public Put put(ObjectNode request, CallFacts facts) {
    try {
      ObjectNode chat = MessagesTranslator.chat(request, facts.model()).body();
      ObjectNode body = Trees.object().put("model", facts.model());
      body.set("messages", chat.path("messages"));
      Fields.carry(chat, "tools", body, "tools");
      body.put("add_generation_prompt", true);
      return new Put.Asked(PATH, body, new CountForm());
    } catch (BadRequest e) {
      return e.put();
    }
  }

  private record CountForm() implements AnswerForm {

    @Override
    public ObjectNode whole(JsonNode answer, Duration sinceAsked) throws BadAnswer {
      JsonNode count = answer.path("count");
      if (!count.isIntegralNumber()) {
        throw BadAnswer.notSupported(
            "the engine of this model tokenizes texts, but not the messages of a chat; count with"
                + " its own /tokenize");
      }
      return Trees.object().put("input_tokens", count.asLong());
    }

    @Override
    public EventStream stream() {
      throw new IllegalStateException("a count is never streamed");
    }
  }
}
