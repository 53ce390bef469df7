package io.remuda.gateway.edge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.remuda.gateway.edge.Endpoint.Dialect;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A refusal in the shape that the client's SDK reads, with the headers that steer its retries. */
public final class ErrorAnswer {

  private static final JsonFactory FACTORY = new JsonFactory();

  private ErrorAnswer() {}

  /** The body: the error object of OpenAI, Anthropic or Ollama. */
  public static String body(Refused refused, Dialect dialect, String requestId) {
    return body(refused, "", dialect, requestId);
  }

  /**
   * @param param the field at fault, or nothing
   */
  static String body(Refused refused, String param, Dialect dialect, String requestId) {
    return body(
        refused.message(), refused.code().type(), param, refused.code().code(), dialect, requestId);
  }

  static String body(
      String message, String type, String param, String code, Dialect dialect, String requestId) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      if (dialect.saysErrorsInOneWord()) {
        json.writeStringField("error", message);
        json.writeEndObject();
        json.flush();
        return text.toString();
      }
      if (dialect == Dialect.ANTHROPIC) {
        json.writeStringField("type", "error");
      }
      json.writeObjectFieldStart("error");
      if (dialect == Dialect.ANTHROPIC) {
        json.writeStringField("type", AnthropicErrors.type(type, code));
        json.writeStringField("message", message);
      } else {
        json.writeStringField("message", message);
        json.writeStringField("type", type);
        stringOrNull(json, "param", param);
        stringOrNull(json, "code", code);
      }
      json.writeEndObject();
      if (dialect == Dialect.ANTHROPIC) {
        json.writeStringField("request_id", requestId);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** Headers of a refusal, without those that every answer has. */
  public static List<Map.Entry<String, String>> headers(ErrorCode code, Duration retryAfter) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(4);
    headers.add(Map.entry("content-type", "application/json"));
    switch (code.retry()) {
      case NEVER -> headers.add(Map.entry("x-should-retry", "false"));
      case SOON, LATER -> {
        long millis = Math.min(60_000, Math.max(1, retryAfter.toMillis()));
        headers.add(Map.entry("retry-after", Long.toString((millis + 999) / 1000)));
        headers.add(Map.entry("retry-after-ms", Long.toString(millis)));
      }
    }
    return headers;
  }

  /**
   * What tells a client how to show who it is, for {@code WWW-Authenticate}; empty where that is
   * not what was wrong. In the words of RFC 6750, whose sentences hold no quotation marks.
   */
  public static Optional<String> challenge(Refused refused) {
    if (refused.code() != ErrorCode.UNAUTHENTICATED) {
      return Optional.empty();
    }
    StringBuilder challenge = new StringBuilder("Bearer realm=\"remuda\"");
    for (Refused.Detail detail : refused.details()) {
      challenge
          .append(", error=\"")
          .append(detail.kind())
          .append("\", error_description=\"")
          .append(detail.text().replaceAll("[^ !#-\\[\\]-~]", "?"))
          .append('"');
    }
    return Optional.of(challenge.toString());
  }

  /** The event with which a stream that broke ends. */
  public static String event(Refused refused, Dialect dialect, String requestId) {
    String body = body(refused, dialect, requestId);
    return event(body, dialect);
  }

  /** The same of a body that was made before. */
  static String event(String body, Dialect dialect) {
    return switch (dialect) {
      case OPENAI, TENSORS -> "data: " + body + "\n\n";
      case ANTHROPIC -> "event: error\ndata: " + body + "\n\n";
      case OLLAMA -> body + "\n";
    };
  }

  private static void stringOrNull(JsonGenerator json, String name, String value)
      throws IOException {
    if (value.isEmpty()) {
      json.writeNullField(name);
    } else {
      json.writeStringField(name, value);
    }
  }
}
