package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;

/** What a user says in one message of a chat: texts and images, in their order. */
final class ChatParts {

  private final ArrayNode parts = Trees.array();
  private final List<String> texts = new ArrayList<>();
  private boolean plain = true;

  ChatParts text(String text) {
    texts.add(text);
    parts.addObject().put("type", "text").put("text", text);
    return this;
  }

  /**
   * @param url an address, or the image itself as a data URI
   */
  ChatParts image(String url) {
    plain = false;
    parts.addObject().put("type", "image_url").putObject("image_url").put("url", url);
    return this;
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  String text() {
    return String.join("\n", texts);
  }

  /** One string where there are texts alone: not every model's template takes a list. */
  JsonNode content() {
    return plain ? TextNode.valueOf(text()) : parts;
  }
}
