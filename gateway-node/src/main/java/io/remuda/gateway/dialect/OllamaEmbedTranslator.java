package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/** Ollama's {@code /api/embed} as OpenAI's embeddings. */
public final class OllamaEmbedTranslator implements Translator {

  static final String PATH = "/v1/embeddings";

  @Override
  public Put put(ObjectNode request, CallFacts facts) {
    JsonNode input = request.path("input");
    if (!input.isTextual() && !input.isArray()) {
      return BadRequest.at("input", "must be a string or a list of strings").put();
    }
    ObjectNode body = Trees.object().put("model", facts.model());
    body.set("input", input);
    body.put("encoding_format", "float");
    Fields.carry(request, "dimensions", body, "dimensions");
    return new Put.Asked(PATH, body, new EmbedForm(request.path("model").asText()));
  }

  private record EmbedForm(String model) implements AnswerForm {

    @Override
    public ObjectNode whole(JsonNode answer, Duration sinceAsked) throws BadAnswer {
      JsonNode data = answer.path("data");
      if (!data.isArray()) {
        throw BadAnswer.of("the engine answered without embeddings; its log may say why");
      }
      ObjectNode whole = Trees.object().put("model", model);
      ArrayNode embeddings = whole.putArray("embeddings");
      data.forEach(one -> embeddings.add(one.path("embedding")));
      whole.put("total_duration", sinceAsked.toNanos());
      whole.put("load_duration", 0);
      whole.put("prompt_eval_count", answer.at("/usage/prompt_tokens").asLong());
      return whole;
    }

    @Override
    public EventStream stream() {
      throw new IllegalStateException("embeddings are never streamed");
    }
  }
}
