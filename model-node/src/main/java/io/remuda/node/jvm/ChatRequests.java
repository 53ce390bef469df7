package io.remuda.node.jvm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Reads OpenAI's requests as far as a model in the JVM understands them; the rest is let pass. */
final class ChatRequests {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DEFAULT_TOKENS = 256;
  private static final int MOST_INPUTS = 2_048;

  /** What is to be generated. */
  record Chat(
      List<ChatModel.Turn> conversation,
      ChatModel.Sampling sampling,
      int maxTokens,
      List<String> stops,
      boolean stream,
      boolean includeUsage) {}

  /** What is to be turned into vectors, and whether they are wanted in Base64. */
  record Embeddings(List<String> inputs, boolean base64) {}

  private ChatRequests() {}

  static Chat chat(byte[] body) throws BadCall {
    JsonNode request = object(body);
    JsonNode messages = request.path("messages");
    if (!messages.isArray() || messages.isEmpty()) {
      throw invalid("messages has to be a list with at least one message");
    }
    List<ChatModel.Turn> turns = new ArrayList<>();
    for (JsonNode message : messages) {
      if (!message.isObject() || !message.path("role").isTextual()) {
        throw invalid("each message has to be an object with a role and content");
      }
      turns.add(new ChatModel.Turn(message.path("role").asText(), text(message.path("content"))));
    }
    return wanted(request, turns);
  }

  static Chat completion(byte[] body) throws BadCall {
    JsonNode request = object(body);
    JsonNode prompt = request.path("prompt");
    if (prompt.isArray() && prompt.size() == 1) {
      prompt = prompt.get(0);
    }
    if (!prompt.isTextual()) {
      throw invalid("prompt has to be one text");
    }
    return wanted(request, List.of(new ChatModel.Turn("user", prompt.asText())));
  }

  static Embeddings embeddings(byte[] body) throws BadCall {
    JsonNode request = object(body);
    JsonNode input = request.path("input");
    List<String> inputs = new ArrayList<>();
    if (input.isTextual()) {
      inputs.add(input.asText());
    } else if (input.isArray()) {
      for (JsonNode each : input) {
        if (!each.isTextual()) {
          throw invalid("input has to be a text or a list of texts");
        }
        inputs.add(each.asText());
      }
    }
    if (inputs.isEmpty() || inputs.size() > MOST_INPUTS) {
      throw invalid("input has to be a text or a list of 1 to " + MOST_INPUTS + " texts");
    }
    String encoding = request.path("encoding_format").asText("float");
    if (!encoding.equals("float") && !encoding.equals("base64")) {
      throw invalid("encoding_format has to be float or base64");
    }
    return new Embeddings(inputs, encoding.equals("base64"));
  }

  private static Chat wanted(JsonNode request, List<ChatModel.Turn> turns) throws BadCall {
    if (request.path("n").asInt(1) != 1) {
      throw invalid("n has to be 1: this model gives one answer to a request");
    }
    JsonNode limit =
        request.hasNonNull("max_completion_tokens")
            ? request.path("max_completion_tokens")
            : request.path("max_tokens");
    if (limit.isNumber() ? limit.asLong() < 1 : !limit.isMissingNode() && !limit.isNull()) {
      throw invalid("max_tokens has to be a whole number of at least 1");
    }
    double temperature = request.path("temperature").asDouble(1);
    if (!(temperature >= 0 && temperature <= 2)) {
      throw invalid("temperature has to be a number from 0 to 2");
    }
    List<String> stops = new ArrayList<>();
    JsonNode stop = request.path("stop");
    if (stop.isTextual()) {
      stops.add(stop.asText());
    }
    stop.forEach(each -> stops.add(each.asText()));
    stops.removeIf(String::isEmpty);
    JsonNode seed = request.path("seed");
    return new Chat(
        turns,
        new ChatModel.Sampling(
            temperature, seed.isNumber() ? OptionalLong.of(seed.asLong()) : OptionalLong.empty()),
        (int) Math.min(1_000_000, limit.asLong(DEFAULT_TOKENS)),
        List.copyOf(stops),
        request.path("stream").asBoolean(),
        request.at("/stream_options/include_usage").asBoolean());
  }

  /** Content is a text, or a list of parts of which only texts are understood. */
  private static String text(JsonNode content) throws BadCall {
    if (content.isTextual()) {
      return content.asText();
    }
    StringBuilder joined = new StringBuilder();
    for (JsonNode part : content) {
      if (!part.path("type").asText().equals("text")) {
        throw invalid("this model understands text only, not parts of another type");
      }
      joined.append(part.path("text").asText());
    }
    return joined.toString();
  }

  private static JsonNode object(byte[] body) throws BadCall {
    try {
      JsonNode node = JSON.readTree(body);
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (IOException e) {
      // Said below.
    }
    throw new BadCall(ErrorCode.INVALID_JSON, "the body is not a JSON object");
  }

  private static BadCall invalid(String sentence) {
    return new BadCall(ErrorCode.INVALID_REQUEST, sentence);
  }
}
