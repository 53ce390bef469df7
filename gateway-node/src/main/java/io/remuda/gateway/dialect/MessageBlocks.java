package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One of Anthropic's messages, block by block, as messages of OpenAI's chat. */
final class MessageBlocks {

  private MessageBlocks() {}

  static void add(JsonNode message, String path, ChatQuestion chat) throws BadRequest {
    String role = Fields.needText(message, "role", path + ".role");
    JsonNode content = message.path("content");
    switch (role) {
      case "user" -> user(content, path + ".content", chat);
      case "assistant" -> assistant(content, path + ".content", chat);
      case "system" -> chat.system(texts(content, path + ".content"));
      default -> throw BadRequest.at(path + ".role", "is one of user and assistant");
    }
  }

  /** The text of what may be a string or a list of blocks that hold nothing else. */
  static String texts(JsonNode content, String path) throws BadRequest {
    if (content.isMissingNode() || content.isNull()) {
      return "";
    }
    if (content.isTextual()) {
      return content.asText();
    }
    ChatParts parts = new ChatParts();
    for (int at = 0; at < blocks(content, path).size(); at++) {
      JsonNode block = content.get(at);
      if (!block.path("type").asText().equals("text")) {
        throw BadRequest.at(path + "." + at, "must be a block of text");
      }
      parts.text(Fields.needText(block, "text", path + "." + at + ".text"));
    }
    return parts.text();
  }

  /** What tools gave back stands before what the user says to it, in a message of its own each. */
  private static void user(JsonNode content, String path, ChatQuestion chat) throws BadRequest {
    ChatParts said = new ChatParts();
    if (content.isTextual()) {
      chat.user(said.text(content.asText()));
      return;
    }
    for (int at = 0; at < blocks(content, path).size(); at++) {
      JsonNode block = content.get(at);
      String where = path + "." + at;
      if (block.path("type").asText().equals("tool_result")) {
        result(block, where, said, chat);
      } else {
        shown(block, where, said);
      }
    }
    chat.user(said);
  }

  /** Images that a tool gave back follow as the user's: a chat's tools give back text alone. */
  private static void result(JsonNode block, String path, ChatParts said, ChatQuestion chat)
      throws BadRequest {
    String id = Fields.needText(block, "tool_use_id", path + ".tool_use_id");
    JsonNode content = block.path("content");
    ChatParts given = new ChatParts();
    if (content.isTextual()) {
      given.text(content.asText());
    } else if (!content.isMissingNode() && !content.isNull()) {
      for (int at = 0; at < blocks(content, path + ".content").size(); at++) {
        JsonNode part = content.get(at);
        boolean image = part.path("type").asText().equals("image");
        shown(part, path + ".content." + at, image ? said : given);
      }
    }
    String text = given.text();
    chat.tool(id, block.path("is_error").asBoolean() ? "Error: " + text : text);
  }

  private static void shown(JsonNode block, String path, ChatParts to) throws BadRequest {
    String type = Fields.needText(block, "type", path + ".type");
    JsonNode source = block.path("source");
    switch (type) {
      case "text" -> to.text(Fields.needText(block, "text", path + ".text"));
      case "image" -> to.image(image(source, path + ".source"));
      case "document" -> to.text(document(source, path + ".source"));
      default -> throw notKnown(type, path);
    }
  }

  private static String image(JsonNode source, String path) throws BadRequest {
    String type = Fields.needText(source, "type", path + ".type");
    return switch (type) {
      case "base64" ->
          "data:"
              + Fields.needText(source, "media_type", path + ".media_type")
              + ";base64,"
              + Fields.needText(source, "data", path + ".data");
      case "url" -> Fields.needText(source, "url", path + ".url");
      default -> throw notKnown(type, path);
    };
  }

  private static String document(JsonNode source, String path) throws BadRequest {
    String type = Fields.needText(source, "type", path + ".type");
    return switch (type) {
      case "text" -> Fields.needText(source, "data", path + ".data");
      case "content" -> texts(source.path("content"), path + ".content");
      default -> throw notKnown(type, path);
    };
  }

  private static BadRequest notKnown(String type, String path) {
    return BadRequest.notSupported(
        path + ".type",
        "'%s' cannot be given to the engine of this model; send text or images".formatted(type));
  }

  /** What it thought before is left out, as engines forget it too. */
  private static void assistant(JsonNode content, String path, ChatQuestion chat)
      throws BadRequest {
    if (content.isTextual()) {
      chat.assistant(content.asText(), List.of());
      return;
    }
    StringBuilder text = new StringBuilder();
    List<ToolPiece> calls = new ArrayList<>();
    for (int at = 0; at < blocks(content, path).size(); at++) {
      JsonNode block = content.get(at);
      String where = path + "." + at;
      String type = Fields.needText(block, "type", where + ".type");
      switch (type) {
        case "text" -> text.append(Fields.needText(block, "text", where + ".text"));
        case "tool_use" ->
            calls.add(
                new ToolPiece(
                    calls.size(),
                    Optional.of(Fields.needText(block, "id", where + ".id")),
                    Optional.of(Fields.needText(block, "name", where + ".name")),
                    Trees.text(Fields.needObject(block.path("input"), where + ".input"))));
        case "thinking", "redacted_thinking" -> {}
        default -> throw notKnown(type, where);
      }
    }
    chat.assistant(text.toString(), calls);
  }

  private static JsonNode blocks(JsonNode content, String path) throws BadRequest {
    if (!content.isArray()) {
      throw BadRequest.at(path, "must be a string or a list of blocks");
    }
    return content;
  }
}
