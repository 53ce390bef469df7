package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/** A chat's answer as a response. */
record ResponseForm(ResponseHead head) implements AnswerForm {

  @Override
  public ObjectNode whole(JsonNode answer, Duration sinceAsked) throws BadAnswer {
    ChatPiece said = ChatPiece.ofAnswer(answer);
    ObjectNode response = head.over(said.finish(), said.usage().orElse(ChatUsage.NONE));
    String status = response.path("status").asText();
    ArrayNode output = response.withArray("/output");
    if (!said.thinking().isEmpty()) {
      output.add(
          ResponseItems.reasoning(head.itemId("rs", 0), ResponseItems.DONE, said.thinking()));
    }
    if (!said.text().isEmpty() || said.tools().isEmpty()) {
      output.add(ResponseItems.message(head.itemId("msg", output.size()), status, said.text()));
    }
    for (ToolPiece call : said.tools()) {
      String id = head.itemId("fc", output.size());
      output.add(ResponseItems.call(id, status, call, call.arguments()));
    }
    return response;
  }

  @Override
  public EventStream stream() {
    return new ResponseEvents(head);
  }
}
