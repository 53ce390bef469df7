package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/**
 * A chat's answer as one of Anthropic's messages.
 *
 * @param thoughts whether the client wants to see what the model thought
 */
record MessageForm(MessageHead head, boolean thoughts) implements AnswerForm {

  @Override
  public ObjectNode whole(JsonNode answer, Duration sinceAsked) throws BadAnswer {
    ChatPiece said = ChatPiece.ofAnswer(answer);
    ObjectNode message = head.message();
    ArrayNode content = message.withArray("/content");
    if (thoughts && !said.thinking().isEmpty()) {
      content
          .addObject()
          .put("type", "thinking")
          .put("thinking", said.thinking())
          .put("signature", "");
    }
    if (!said.text().isEmpty()) {
      content.addObject().put("type", "text").put("text", said.text());
    }
    for (ToolPiece call : GatheredCalls.uncut(said.tools(), said.finish())) {
      ObjectNode block = content.addObject().put("type", "tool_use");
      block.put("id", call.id().orElse("toolu_" + call.index()));
      block.put("name", call.name().orElse(""));
      block.set("input", GatheredCalls.arguments(call));
    }
    MessageHead.stop(said.finish(), said.stopText(), !said.tools().isEmpty(), message);
    message.set("usage", MessageHead.usage(said.usage().orElse(ChatUsage.NONE)));
    return message;
  }

  @Override
  public EventStream stream() {
    return new MessageEvents(head, thoughts);
  }
}
