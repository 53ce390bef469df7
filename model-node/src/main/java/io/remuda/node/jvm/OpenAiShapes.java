package io.remuda.node.jvm;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.bytes.InferenceRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.Optional;

/**
 * OpenAI's answers, with every field that the strictest clients insist on: one id and time on all
 * chunks, a role first, a closing chunk with a reason, and a usage chunk with empty choices.
 */
final class OpenAiShapes {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String alias;
  private final boolean chat;
  private final String id;
  private final long created;

  OpenAiShapes(String alias, boolean chat, InferenceRequest request, long created) {
    this.alias = alias;
    this.chat = chat;
    this.id = (chat ? "chatcmpl-" : "cmpl-") + request.requestId();
    this.created = created;
  }

  /** The first chunk of a chat: who speaks. */
  Optional<String> opening() {
    if (!chat) {
      return Optional.empty();
    }
    ObjectNode chunk = answer(true);
    ObjectNode delta = choice(chunk).putObject("delta");
    delta.put("role", "assistant").put("content", "");
    return Optional.of(chunk.toString());
  }

  String piece(String text) {
    ObjectNode chunk = answer(true);
    if (chat) {
      choice(chunk).putObject("delta").put("content", text);
    } else {
      choice(chunk).put("text", text);
    }
    return chunk.toString();
  }

  String closing(Generation generation) {
    ObjectNode chunk = answer(true);
    ObjectNode choice = choice(chunk);
    choice.put("finish_reason", generation.finish());
    if (chat) {
      choice.putObject("delta");
    } else {
      choice.put("text", "");
    }
    return chunk.toString();
  }

  String usage(Generation generation) {
    ObjectNode chunk = answer(true);
    chunk.putArray("choices");
    usage(chunk, generation.promptTokens(), generation.completionTokens());
    return chunk.toString();
  }

  String whole(String text, Generation generation) {
    ObjectNode answer = answer(false);
    ObjectNode choice = choice(answer);
    choice.put("finish_reason", generation.finish());
    if (chat) {
      choice.putObject("message").put("role", "assistant").put("content", text);
    } else {
      choice.put("text", text);
    }
    usage(answer, generation.promptTokens(), generation.completionTokens());
    return answer.toString();
  }

  private ObjectNode answer(boolean chunk) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", id);
    node.put("object", chat ? "chat.completion" + (chunk ? ".chunk" : "") : "text_completion");
    node.put("created", created);
    node.put("model", alias);
    return node;
  }

  private static ObjectNode choice(ObjectNode answer) {
    ObjectNode choice = answer.putArray("choices").addObject();
    choice.put("index", 0);
    choice.putNull("logprobs");
    choice.putNull("finish_reason");
    return choice;
  }

  private static void usage(ObjectNode answer, int prompt, int completion) {
    ObjectNode usage = answer.putObject("usage");
    usage.put("prompt_tokens", prompt);
    usage.put("completion_tokens", completion);
    usage.put("total_tokens", prompt + completion);
  }

  static String embeddings(String alias, ChatModel model, ChatRequests.Embeddings wanted) {
    ObjectNode answer = JSON.createObjectNode();
    answer.put("object", "list");
    answer.put("model", alias);
    ArrayNode data = answer.putArray("data");
    int tokens = 0;
    for (String input : wanted.inputs()) {
      ObjectNode item = data.addObject();
      item.put("object", "embedding").put("index", data.size() - 1);
      float[] vector = model.embed(input);
      if (wanted.base64()) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        item.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
      } else {
        ArrayNode numbers = item.putArray("embedding");
        for (float value : vector) {
          numbers.add(value);
        }
      }
      tokens += model.count(input);
    }
    answer.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
    return answer.toString();
  }

  static String models(String alias, long created) {
    ObjectNode answer = JSON.createObjectNode();
    answer.put("object", "list");
    ObjectNode model = answer.putArray("data").addObject();
    model.put("id", alias).put("object", "model").put("created", created);
    model.put("owned_by", "remuda").put("root", alias);
    return answer.toString();
  }

  static String error(ErrorCode code, String sentence) {
    ObjectNode error = JSON.createObjectNode();
    ObjectNode inner = error.putObject("error");
    inner.put("message", sentence).put("type", code.type()).putNull("param");
    inner.put("code", code.code());
    return error.toString();
  }
}
