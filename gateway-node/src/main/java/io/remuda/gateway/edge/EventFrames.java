package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.dialect.Trees;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Events on their way out, as the clients of a dialect read them from the wire. */
final class EventFrames {

  private static final byte[] EVENT = ascii("event: ");
  private static final byte[] COMMENT = ascii(": ");
  private static final byte[] DATA = ascii("data: ");
  private static final byte[] DONE = ascii("data: [DONE]\n\n");
  private static final byte[] END = ascii("\n\n");

  private final Endpoint.Dialect dialect;
  private ByteBuf ready = Unpooled.buffer();

  EventFrames(Endpoint.Dialect dialect) {
    this.dialect = dialect;
  }

  List<Map.Entry<String, String>> headers() {
    return dialect.streamHeaders();
  }

  /** Adds one: a line, or a server-sent event whose name is also its {@code type}. */
  void add(ObjectNode event) {
    if (dialect.isInLines()) {
      ready.writeBytes(Trees.bytes(event)).writeByte('\n');
      return;
    }
    ready.writeBytes(EVENT).writeBytes(ascii(event.path("type").asText())).writeByte('\n');
    chunk(event);
  }

  /** Adds one that has no name, as the chunks of a chat. */
  void chunk(JsonNode event) {
    ready.writeBytes(DATA).writeBytes(Trees.bytes(event)).writeBytes(END);
  }

  /** Adds what clients pass over. */
  void comment(String text) {
    ready.writeBytes(COMMENT).writeBytes(text.getBytes(StandardCharsets.UTF_8)).writeBytes(END);
  }

  /** Adds the end of a stream of chunks. */
  void done() {
    ready.writeBytes(DONE);
  }

  /** All that was added since the last time; the caller's. */
  ByteBuf take() {
    ByteBuf taken = ready;
    ready = Unpooled.buffer();
    return taken;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
