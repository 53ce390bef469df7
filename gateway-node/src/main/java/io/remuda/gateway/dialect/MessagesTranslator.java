package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Anthropic's {@code /v1/messages} for engines that answer OpenAI's chat. */
public final class MessagesTranslator implements Translator {

  @Override
  public Put put(ObjectNode request, CallFacts facts) {
    try {
      JsonNode limit = request.path("max_tokens");
      if (!limit.isIntegralNumber() || limit.asLong() < 1) {
        throw BadRequest.at("max_tokens", "is required, a whole number of at least 1");
      }
      ChatQuestion chat = chat(request, facts.model());
      ObjectNode body = chat.body();
      Fields.carryAlike(request, body);
      body.set("max_tokens", limit);
      Fields.carry(request, "stop_sequences", body, "stop");
      Fields.carry(request.path("metadata"), "user_id", body, "user");
      if (request.path("stream").asBoolean()) {
        chat.stream();
      }
      boolean thoughts = !request.at("/thinking/type").asText("disabled").equals("disabled");
      String model = request.path("model").asText();
      return new Put.Asked(
          ChatQuestion.PATH,
          body,
          new MessageForm(new MessageHead("msg_" + facts.requestId(), model), thoughts));
    } catch (BadRequest e) {
      return e.put();
    }
  }

  /** The talk and the tools; also all that counts where tokens are counted. */
  static ChatQuestion chat(JsonNode request, String model) throws BadRequest {
    ChatQuestion chat = new ChatQuestion(model);
    String system = MessageBlocks.texts(request.path("system"), "system");
    if (!system.isEmpty()) {
      chat.system(system);
    }
    JsonNode messages = Fields.list(request, "messages", "messages");
    if (messages.isEmpty()) {
      throw BadRequest.at("messages", "at least one message is required");
    }
    for (int at = 0; at < messages.size(); at++) {
      MessageBlocks.add(messages.get(at), "messages." + at, chat);
    }
    if (!request.path("mcp_servers").isEmpty()) {
      throw BadRequest.notSupported(
          "mcp_servers",
          "are asked by Anthropic's own servers, and no engine here does; leave them out");
    }
    tools(request, chat);
    choice(request.path("tool_choice"), chat);
    format(request, chat);
    return chat;
  }

  private static void tools(JsonNode request, ChatQuestion chat) throws BadRequest {
    JsonNode tools = Fields.list(request, "tools", "tools");
    for (int at = 0; at < tools.size(); at++) {
      JsonNode tool = tools.get(at);
      String path = "tools." + at;
      String type = tool.path("type").asText("custom");
      if (!type.equals("custom")) {
        throw BadRequest.notSupported(
            path + ".type",
            "'%s' is run by Anthropic's own servers, and no engine here has it; leave it out"
                .formatted(type));
      }
      String name = Fields.needText(tool, "name", path + ".name");
      ObjectNode function =
          chat.offer(name, Fields.text(tool, "description", path + ".description"));
      function.set(
          "parameters", Fields.needObject(tool.path("input_schema"), path + ".input_schema"));
      Fields.carry(tool, "strict", function, "strict");
    }
  }

  private static void choice(JsonNode choice, ChatQuestion chat) throws BadRequest {
    if (choice.isMissingNode() || choice.isNull()) {
      return;
    }
    String type = Fields.needText(choice, "type", "tool_choice.type");
    switch (type) {
      case "auto", "none" -> chat.body().put("tool_choice", type);
      case "any" -> chat.body().put("tool_choice", "required");
      case "tool" -> chat.insistOn(Fields.needText(choice, "name", "tool_choice.name"));
      default -> throw BadRequest.at("tool_choice.type", "is one of auto, any, tool and none");
    }
    if (choice.path("disable_parallel_tool_use").asBoolean()) {
      chat.body().put("parallel_tool_calls", false);
    }
  }

  private static void format(JsonNode request, ChatQuestion chat) throws BadRequest {
    JsonNode inConfig = request.at("/output_config/format");
    JsonNode format = inConfig.isObject() ? inConfig : request.path("output_format");
    if (format.path("type").asText().equals("json_schema")) {
      chat.answersIn(
          "answer", Fields.needObject(format.path("schema"), "output_config.format.schema"));
    }
  }
}
