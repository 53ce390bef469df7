package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * Ollama's {@code /api/generate}: a chat of one question, since the model's own template is put
 * around the prompt; with {@code raw} or a {@code suffix} a completion of the prompt as it is.
 */
public final class OllamaGenerateTranslator implements Translator {

  private static final String COMPLETIONS = "/v1/completions";

  @Override
  public Put put(ObjectNode request, CallFacts facts) {
    try {
      String prompt = Fields.text(request, "prompt", "prompt").orElse("");
      if (prompt.isEmpty()) {
        throw BadRequest.at(
            "prompt", "is empty; a model is loaded by its deployment, not by asking it nothing");
      }
      if (!Fields.text(request, "template", "template").orElse("").isEmpty()) {
        throw BadRequest.notSupported(
            "template", "an engine has its model's own; leave it out, or send raw and the prompt");
      }
      if (!request.path("context").isEmpty()) {
        throw BadRequest.notSupported(
            "context", "engines take no talk as tokens; send the messages to /api/chat");
      }
      AnswerForm answers = OllamaForm.of(request, facts, false);
      ChatQuestion chat = new ChatQuestion(facts.model());
      String suffix = Fields.text(request, "suffix", "suffix").orElse("");
      if (request.path("raw").asBoolean() || !suffix.isEmpty()) {
        if (!request.path("images").isEmpty()) {
          throw BadRequest.notSupported(
              "images", "a prompt as it is has no place for them; leave out raw and suffix");
        }
        OllamaOptions.add(request, chat);
        return new Put.Asked(COMPLETIONS, completion(chat.body(), prompt, suffix), answers);
      }
      Optional<String> system = Fields.text(request, "system", "system");
      system.filter(text -> !text.isEmpty()).ifPresent(chat::system);
      chat.user(OllamaOptions.shown(prompt, request, ""));
      OllamaOptions.add(request, chat);
      return new Put.Asked(ChatQuestion.PATH, chat.body(), answers);
    } catch (BadRequest e) {
      return e.put();
    }
  }

  private static ObjectNode completion(ObjectNode body, String prompt, String suffix) {
    body.remove("messages");
    body.put("prompt", prompt);
    if (!suffix.isEmpty()) {
      body.put("suffix", suffix);
    }
    return body;
  }
}
