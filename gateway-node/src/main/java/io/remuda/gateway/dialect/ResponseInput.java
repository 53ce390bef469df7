package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The input of a response, item by item, as messages of a chat. Calls of tools that follow what the
 * model said are a part of that message.
 */
final class ResponseInput {

  private final ChatQuestion chat;
  private final List<ToolPiece> calls = new ArrayList<>();
  private Optional<String> said = Optional.empty();
  // Images that tools gave back follow as the user's: a chat's tools give back text alone.
  private ChatParts shown = new ChatParts();

  private ResponseInput(ChatQuestion chat) {
    this.chat = chat;
  }

  static void add(JsonNode input, ChatQuestion chat) throws BadRequest {
    if (input.isTextual()) {
      chat.user(new ChatParts().text(input.asText()));
      return;
    }
    if (!input.isArray() || input.isEmpty()) {
      throw BadRequest.at("input", "is required: a string, or a list of at least one item");
    }
    ResponseInput items = new ResponseInput(chat);
    for (int at = 0; at < input.size(); at++) {
      items.item(input.get(at), "input." + at);
    }
    items.closeTurn();
    items.show();
  }

  private void item(JsonNode item, String path) throws BadRequest {
    String type = item.path("type").asText("message");
    switch (type) {
      case "message" -> message(item, path);
      case "function_call" -> {
        show();
        calls.add(
            new ToolPiece(
                calls.size(),
                Optional.of(Fields.needText(item, "call_id", path + ".call_id")),
                Optional.of(Fields.needText(item, "name", path + ".name")),
                Fields.needText(item, "arguments", path + ".arguments")));
      }
      case "function_call_output" -> {
        closeTurn();
        ChatParts given = new ChatParts();
        parts(item.path("output"), path + ".output", given, shown);
        chat.tool(Fields.needText(item, "call_id", path + ".call_id"), given.text());
      }
      // Engines forget what was thought before, too.
      case "reasoning" -> {}
      default ->
          throw BadRequest.notSupported(
              path + ".type", "items of type '" + type + "' cannot be given to this engine");
    }
  }

  private void message(JsonNode item, String path) throws BadRequest {
    String role = Fields.needText(item, "role", path + ".role");
    if (!role.equals("user")) {
      show();
    }
    ChatParts content = shown;
    shown = new ChatParts();
    parts(item.path("content"), path + ".content", content, content);
    if (role.equals("assistant") && calls.isEmpty() && said.isEmpty()) {
      said = Optional.of(content.text());
      return;
    }
    closeTurn();
    switch (role) {
      case "user" -> chat.user(content);
      case "assistant" -> said = Optional.of(content.text());
      case "system", "developer" -> chat.system(content.text());
      default ->
          throw BadRequest.at(path + ".role", "is one of user, assistant, system and developer");
    }
  }

  /** What the model said and called is over. */
  private void closeTurn() {
    if (said.isPresent() || !calls.isEmpty()) {
      chat.assistant(said.orElse(""), List.copyOf(calls));
      said = Optional.empty();
      calls.clear();
    }
  }

  private void show() {
    chat.user(shown);
    shown = new ChatParts();
  }

  private static void parts(JsonNode content, String path, ChatParts texts, ChatParts images)
      throws BadRequest {
    if (content.isTextual()) {
      texts.text(content.asText());
      return;
    }
    if (!content.isArray()) {
      throw BadRequest.at(path, "must be a string or a list");
    }
    for (int at = 0; at < content.size(); at++) {
      JsonNode part = content.get(at);
      String where = path + "." + at;
      String type = Fields.needText(part, "type", where + ".type");
      switch (type) {
        case "input_text", "output_text", "text" ->
            texts.text(Fields.needText(part, "text", where + ".text"));
        case "refusal" -> texts.text(Fields.needText(part, "refusal", where + ".refusal"));
        case "input_image" ->
            images.image(Fields.needText(part, "image_url", where + ".image_url"));
        default ->
            throw BadRequest.notSupported(
                where + ".type",
                "'" + type + "' cannot be given to this engine; send text or images");
      }
    }
  }
}
