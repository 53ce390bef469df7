package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.dialect.Trees;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether a request of Anthropic's messages or OpenAI's responses wants JSON. Engines hold to that
 * in a chat; some that have these two themselves read over it in silence, and answer in prose.
 */
final class WantedJson {

  private static final Set<String> KINDS = Set.of("json_schema", "json_object");

  private WantedJson() {}

  /** Reads the body as a whole only where it has one of the words, as few have. */
  static boolean isIn(Endpoint endpoint, ByteBuf body) {
    return (endpoint == Endpoint.MESSAGES || endpoint == Endpoint.RESPONSES)
        && KINDS.stream().anyMatch(kind -> has(kind, body))
        && Trees.read(ByteBufUtil.getBytes(body)).filter(WantedJson::says).isPresent();
  }

  private static boolean has(String word, ByteBuf body) {
    ByteBuf bytes = Unpooled.copiedBuffer(word, StandardCharsets.US_ASCII);
    return ByteBufUtil.indexOf(bytes, body) >= 0;
  }

  private static boolean says(JsonNode request) {
    return Stream.of("/output_config/format/type", "/output_format/type", "/text/format/type")
        .anyMatch(path -> KINDS.contains(request.at(path).asText()));
  }
}
