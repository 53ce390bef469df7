package io.remuda.gateway.edge;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.Defaults.Field;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Adds to a chat's or a completion's body what its model's deployment says where the client does
 * not. What the client says, be it null, stays as it is; all bytes that came stay in their order.
 */
final class DefaultFields {

  /** Other names by which a client says how long an answer may be. */
  private static final Set<String> OTHER_LIMITS = Set.of("max_completion_tokens", "n_predict");

  private static final Set<String> SYSTEM_ROLES = Set.of("system", "developer");
  private static final int NOWHERE = -1;

  private final Set<String> said = new HashSet<>();
  private int firstMessage = NOWHERE;

  private DefaultFields() {}

  /**
   * {@code body}, a JSON object, with what it lacks; empty where it lacks nothing, or is not UTF-8.
   * The new one holds on to {@code body} until it is released.
   *
   * @param chat whether it may have messages
   */
  static Optional<ByteBuf> added(ByteBuf body, Defaults defaults, boolean chat) {
    if (defaults.isNothing()) {
      return Optional.empty();
    }
    int begin = body.indexOf(body.readerIndex(), body.writerIndex(), (byte) '{') + 1;
    // Other encodings have zeros beside their ASCII.
    if (begin == 0 || begin == body.writerIndex() || body.getByte(begin) == 0) {
      return Optional.empty();
    }
    DefaultFields fields = new DefaultFields();
    try (JsonParser parser = BodyScan.parser(body)) {
      fields.read(parser);
    } catch (IOException e) {
      return Optional.empty();
    }
    String numbers = fields.missing(defaults.numbers());
    Optional<String> system =
        chat ? defaults.system().filter(text -> fields.takesSystem(body)) : Optional.empty();
    return numbers.isEmpty() && system.isEmpty()
        ? Optional.empty()
        : Optional.of(fields.with(body, begin, numbers, system));
  }

  private void read(JsonParser parser) throws IOException {
    parser.nextToken();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      said.add(OTHER_LIMITS.contains(name) ? Field.MAX_TOKENS.key() : name);
      JsonToken value = parser.nextToken();
      if (name.equals("messages") && value == JsonToken.START_ARRAY) {
        firstMessage = (int) parser.currentTokenLocation().getByteOffset() + 1;
        readMessages(parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  /** A system message among them leaves no room for another one, nor does having no message. */
  private void readMessages(JsonParser parser) throws IOException {
    boolean any = false;
    boolean system = false;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      any = true;
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        continue;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean role = parser.currentName().equals("role");
        JsonToken value = parser.nextToken();
        system |=
            role && value == JsonToken.VALUE_STRING && SYSTEM_ROLES.contains(parser.getText());
        parser.skipChildren();
      }
    }
    firstMessage = any && !system ? firstMessage : NOWHERE;
  }

  private String missing(Map<String, String> numbers) {
    StringJoiner missing = new StringJoiner(",", "", said.isEmpty() ? "" : ",");
    missing.setEmptyValue("");
    numbers.forEach(
        (key, number) -> {
          if (!said.contains(key)) {
            missing.add('"' + key + "\":" + number);
          }
        });
    return missing.toString();
  }

  private boolean takesSystem(ByteBuf body) {
    return firstMessage > 0
        && firstMessage < body.readableBytes()
        && body.getByte(body.readerIndex() + firstMessage - 1) == '[';
  }

  private ByteBuf with(ByteBuf body, int begin, String numbers, Optional<String> system) {
    int first = body.readerIndex();
    int end = body.writerIndex();
    int messages = system.isPresent() ? first + firstMessage : end;
    String message =
        system
            .map(text -> new String(JsonStringEncoder.getInstance().quoteAsString(text)))
            .map(quoted -> "{\"role\":\"system\",\"content\":\"" + quoted + "\"},")
            .orElse("");
    return Unpooled.wrappedBuffer(
        body.retainedSlice(first, begin - first),
        Unpooled.copiedBuffer(numbers, StandardCharsets.US_ASCII),
        body.retainedSlice(begin, messages - begin),
        Unpooled.copiedBuffer(message, StandardCharsets.UTF_8),
        body.retainedSlice(messages, end - messages));
  }
}
