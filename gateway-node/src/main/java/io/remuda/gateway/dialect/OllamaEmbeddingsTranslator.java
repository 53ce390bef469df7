package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/** Ollama's older {@code /api/embeddings}, of one text at a time, as OpenAI's embeddings. */
public final class OllamaEmbeddingsTranslator implements Translator {

  @Override
  public Put put(ObjectNode request, CallFacts facts) {
    JsonNode prompt = request.path("prompt");
    if (!prompt.isTextual()) {
      return BadRequest.at("prompt", "must be a string; /api/embed takes a list as input").put();
    }
    ObjectNode body =
        Trees.object()
            .put("model", facts.model())
            .put("input", prompt.asText())
            .put("encoding_format", "float");
    return new Put.Asked(OllamaEmbedTranslator.PATH, body, new OneEmbedding());
  }

  private record OneEmbedding() implements AnswerForm {

    @Override
    public ObjectNode whole(JsonNode answer, Duration sinceAsked) throws BadAnswer {
      JsonNode embedding = answer.at("/data/0/embedding");
      if (!embedding.isArray()) {
        throw BadAnswer.of("the engine answered without an embedding; its log may say why");
      }
      ObjectNode whole = Trees.object();
      whole.set("embedding", embedding);
      return whole;
    }

    @Override
    public EventStream stream() {
      throw new IllegalStateException("embeddings are never streamed");
    }
  }
}
