package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** OpenAI's {@code /v1/responses} for engines that answer its chat alone. */
public final class ResponsesTranslator implements Translator {

  @Override
  public Put put(ObjectNode request, CallFacts facts) {
    try {
      refuseMemory(request);
      ChatQuestion chat = new ChatQuestion(facts.model());
      Optional<String> instructions = Fields.text(request, "instructions", "instructions");
      instructions.ifPresent(chat::system);
      ResponseInput.add(request.path("input"), chat);
      ObjectNode body = chat.body();
      Fields.carryAlike(request, body);
      Fields.carry(request, "max_output_tokens", body, "max_tokens");
      Fields.carry(request, "user", body, "user");
      Fields.carry(request.path("reasoning"), "effort", body, "reasoning_effort");
      tools(request, chat);
      choice(request.path("tool_choice"), chat);
      Fields.carry(request, "parallel_tool_calls", body, "parallel_tool_calls");
      format(request.at("/text/format"), chat);
      if (request.path("stream").asBoolean()) {
        chat.stream();
      }
      return new Put.Asked(
          ChatQuestion.PATH, body, new ResponseForm(ResponseHead.of(request, facts)));
    } catch (BadRequest e) {
      return e.put();
    }
  }

  /** What needs that answers are kept, or that they are made without a client. */
  private static void refuseMemory(JsonNode request) throws BadRequest {
    for (String name : new String[] {"previous_response_id", "conversation"}) {
      if (Fields.has(request, name)) {
        throw BadRequest.notSupported(
            name, "answers are not kept here; send the whole talk as input");
      }
    }
    if (request.path("store").asBoolean()) {
      throw BadRequest.notSupported(
          "store", "answers are not kept here; leave it out or send false");
    }
    if (request.path("background").asBoolean()) {
      throw BadRequest.notSupported(
          "background", "there is none here; leave it out, or send a task or a batch");
    }
    if (Fields.has(request, "prompt")) {
      throw BadRequest.notSupported(
          "prompt", "prompts are not kept here; send its text as instructions and input");
    }
  }

  private static void tools(JsonNode request, ChatQuestion chat) throws BadRequest {
    JsonNode tools = Fields.list(request, "tools", "tools");
    for (int at = 0; at < tools.size(); at++) {
      JsonNode tool = tools.get(at);
      String path = "tools." + at;
      String type = Fields.needText(tool, "type", path + ".type");
      if (!type.equals("function")) {
        throw BadRequest.notSupported(
            path + ".type",
            "'%s' is run by OpenAI's own servers, and no engine here has it; send functions"
                .formatted(type));
      }
      ObjectNode function =
          chat.offer(
              Fields.needText(tool, "name", path + ".name"),
              Fields.text(tool, "description", path + ".description"));
      Fields.carry(tool, "parameters", function, "parameters");
      Fields.carry(tool, "strict", function, "strict");
    }
  }

  private static void choice(JsonNode choice, ChatQuestion chat) throws BadRequest {
    if (choice.isMissingNode() || choice.isNull()) {
      return;
    }
    if (choice.isTextual()) {
      chat.body().set("tool_choice", choice);
    } else if (choice.path("type").asText().equals("function")) {
      chat.insistOn(Fields.needText(choice, "name", "tool_choice.name"));
    } else {
      throw BadRequest.notSupported(
          "tool_choice", "is one of auto, none, required and a function by its name");
    }
  }

  private static void format(JsonNode format, ChatQuestion chat) throws BadRequest {
    String type = format.path("type").asText("text");
    switch (type) {
      case "text" -> {}
      case "json_object" -> chat.body().putObject("response_format").put("type", type);
      case "json_schema" -> {
        ObjectNode json =
            chat.answersIn(
                Fields.needText(format, "name", "text.format.name"),
                Fields.needObject(format.path("schema"), "text.format.schema"));
        Fields.carry(format, "description", json, "description");
        Fields.carry(format, "strict", json, "strict");
      }
      default ->
          throw BadRequest.at("text.format.type", "is one of text, json_object and json_schema");
    }
  }
}
