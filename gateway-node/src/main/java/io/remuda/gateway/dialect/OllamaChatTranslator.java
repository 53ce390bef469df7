package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Ollama's {@code /api/chat} as OpenAI's chat. */
public final class OllamaChatTranslator implements Translator {

  @Override
  public Put put(ObjectNode request, CallFacts facts) {
    try {
      ChatQuestion chat = new ChatQuestion(facts.model());
      JsonNode messages = Fields.list(request, "messages", "messages");
      if (messages.isEmpty()) {
        throw BadRequest.at(
            "messages", "hold nothing; a model is loaded by its deployment, not by asking it so");
      }
      new Talk(chat).add(messages);
      tools(request, chat);
      OllamaOptions.add(request, chat);
      return new Put.Asked(ChatQuestion.PATH, chat.body(), OllamaForm.of(request, facts, true));
    } catch (BadRequest e) {
      return e.put();
    }
  }

  private static void tools(JsonNode request, ChatQuestion chat) throws BadRequest {
    JsonNode tools = Fields.list(request, "tools", "tools");
    if (!tools.isEmpty()) {
      chat.body().set("tools", tools);
    }
  }

  /**
   * The messages, one after the other. Ollama's calls of tools have no ids, so that they get some
   * here, and what tools gave back belongs to the first open call of that name, or to the first.
   */
  private static final class Talk {
    private final ChatQuestion chat;
    private final Deque<ToolPiece> open = new ArrayDeque<>();
    private int calls;

    Talk(ChatQuestion chat) {
      this.chat = chat;
    }

    void add(JsonNode messages) throws BadRequest {
      for (int at = 0; at < messages.size(); at++) {
        add(messages.get(at), "messages." + at);
      }
    }

    private void add(JsonNode message, String path) throws BadRequest {
      String role = Fields.needText(message, "role", path + ".role");
      String text = Fields.text(message, "content", path + ".content").orElse("");
      switch (role) {
        case "system" -> chat.system(text);
        case "user" -> chat.user(OllamaOptions.shown(text, message, path));
        case "assistant" -> chat.assistant(text, calls(message, path));
        case "tool" -> chat.tool(callOf(message, path), text);
        default ->
            throw BadRequest.at(path + ".role", "is one of system, user, assistant and tool");
      }
    }

    private List<ToolPiece> calls(JsonNode message, String path) throws BadRequest {
      List<ToolPiece> made = new ArrayList<>();
      JsonNode all = Fields.list(message, "tool_calls", path + ".tool_calls");
      for (int at = 0; at < all.size(); at++) {
        JsonNode function = all.get(at).path("function");
        String where = path + ".tool_calls." + at + ".function";
        JsonNode arguments = Fields.needObject(function.path("arguments"), where + ".arguments");
        made.add(
            new ToolPiece(
                at,
                Optional.of("call_" + calls++),
                Optional.of(Fields.needText(function, "name", where + ".name")),
                Trees.text(arguments)));
      }
      open.clear();
      open.addAll(made);
      return made;
    }

    private String callOf(JsonNode message, String path) throws BadRequest {
      Optional<String> named = Fields.text(message, "tool_name", path + ".tool_name");
      Optional<ToolPiece> call =
          open.stream()
              .filter(one -> named.isEmpty() || named.equals(one.name()))
              .findFirst()
              .or(() -> Optional.ofNullable(open.peek()));
      if (call.isEmpty()) {
        throw BadRequest.at(path, "is of a tool that no message before has called");
      }
      open.remove(call.get());
      return call.get().id().orElse("");
    }
  }
}
