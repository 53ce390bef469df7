package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What is alike in Ollama's requests: the options, the format, thinking, images. */
final class OllamaOptions {

  private OllamaOptions() {}

  /** Carries all of it that an engine can follow; the others size Ollama's own engine. */
  static void add(JsonNode request, ChatQuestion chat) throws BadRequest {
    ObjectNode body = chat.body();
    JsonNode options = request.path("options");
    Fields.carryAlike(options, body);
    // One of the two is what the engine calls it.
    Fields.carry(options, "repeat_penalty", body, "repetition_penalty");
    JsonNode most = options.path("num_predict");
    if (most.isIntegralNumber() && most.asLong() > 0) {
      body.set("max_tokens", most);
    }
    format(request.path("format"), chat);
    think(request.path("think"), body);
    if (request.path("stream").asBoolean(true)) {
      chat.stream();
    }
  }

  private static void format(JsonNode format, ChatQuestion chat) throws BadRequest {
    if (format.isObject()) {
      chat.answersIn("answer", format);
    } else if (format.asText("").equals("json")) {
      chat.body().putObject("response_format").put("type", "json_object");
    } else if (format.isTextual() && !format.asText().isEmpty()) {
      throw BadRequest.at("format", "is 'json' or a JSON schema");
    }
  }

  private static void think(JsonNode think, ObjectNode body) throws BadRequest {
    if (think.isBoolean()) {
      if (body.has("chat_template_kwargs")) {
        Fields.needObject(body.path("chat_template_kwargs"), "options.chat_template_kwargs");
      }
      body.withObject("/chat_template_kwargs").put("enable_thinking", think.asBoolean());
    } else if (think.isTextual()) {
      body.set("reasoning_effort", think);
    }
  }

  /**
   * A text with the images that {@code from} holds beside it.
   *
   * @param path of {@code from}; empty for the whole
   */
  static ChatParts shown(String text, JsonNode from, String path) throws BadRequest {
    ChatParts parts = new ChatParts().text(text);
    String where = path.isEmpty() ? "images" : path + ".images";
    JsonNode images = Fields.list(from, "images", where);
    for (int at = 0; at < images.size(); at++) {
      if (!images.get(at).isTextual()) {
        throw BadRequest.at(where + "." + at, "must be an image in base64");
      }
      String image = images.get(at).asText();
      parts.image("data:" + mediaType(image) + ";base64," + image);
    }
    return parts;
  }

  /** By the first bytes, which are the same in base64. */
  private static String mediaType(String base64) {
    if (base64.startsWith("/9j/")) {
      return "image/jpeg";
    }
    if (base64.startsWith("R0lGOD")) {
      return "image/gif";
    }
    return base64.startsWith("UklGR") ? "image/webp" : "image/png";
  }
}
