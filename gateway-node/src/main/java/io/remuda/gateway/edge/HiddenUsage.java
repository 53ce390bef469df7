package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.dialect.Trees;
import java.nio.charset.StandardCharsets;

/**
 * Has an engine that streams tell its tokens though its client did not ask for them, and keeps from
 * that client the event that tells nothing else. All other bytes pass as they are; of an event that
 * has begun nothing passes before its end. Lives on one loop.
 */
final class HiddenUsage {

  private static final byte[] QUESTION =
      "\"stream_options\":{\"include_usage\":true},".getBytes(StandardCharsets.US_ASCII);

  private static final ByteBuf USAGE =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer("\"usage\"", StandardCharsets.US_ASCII).asReadOnly());

  /** An event that is longer passes in parts: it tells more than tokens. */
  private static final int LONGEST = 64 * 1024;

  private ByteBuf begun = Unpooled.EMPTY_BUFFER;

  /**
   * {@code body}, a JSON object with fields, with the question in it; {@code body} is left alone.
   */
  static ByteBuf asked(ByteBuf body) {
    int brace = body.indexOf(body.readerIndex(), body.writerIndex(), (byte) '{') + 1;
    ByteBuf asked = Unpooled.buffer(body.readableBytes() + QUESTION.length);
    asked.writeBytes(body, body.readerIndex(), brace - body.readerIndex());
    asked.writeBytes(QUESTION);
    return asked.writeBytes(body, brace, body.writerIndex() - brace);
  }

  /** What of {@code bytes}, and of what was kept before, is for the client. */
  ByteBuf pass(ByteBuf bytes) {
    ByteBuf all = begun.isReadable() ? Unpooled.wrappedBuffer(begun, bytes) : bytes;
    begun = Unpooled.EMPTY_BUFFER;
    int end = endOfEvents(all);
    if (end == all.writerIndex() || all.readableBytes() > LONGEST) {
      return shown(all);
    }
    begun = Unpooled.copiedBuffer(all.slice(end, all.writerIndex() - end));
    return shown(all.writerIndex(end));
  }

  /** What is left at the end. */
  ByteBuf rest() {
    ByteBuf rest = begun;
    begun = Unpooled.EMPTY_BUFFER;
    return rest;
  }

  /** Behind the last empty line. */
  private static int endOfEvents(ByteBuf all) {
    for (int at = all.writerIndex() - 1; at > all.readerIndex(); at--) {
      if (all.getByte(at) == '\n') {
        byte before = all.getByte(at - 1);
        boolean crlf = before == '\r' && at - 2 >= all.readerIndex() && all.getByte(at - 2) == '\n';
        if (before == '\n' || crlf) {
          return at + 1;
        }
      }
    }
    return all.readerIndex();
  }

  private static ByteBuf shown(ByteBuf events) {
    if (ByteBufUtil.indexOf(USAGE, events) < 0) {
      return events;
    }
    StringBuilder kept = new StringBuilder();
    String text = events.toString(StandardCharsets.ISO_8859_1);
    boolean hidden = false;
    for (String event : text.split("(?<=\n\r?\n)")) {
      if (tellsUsageAlone(event)) {
        hidden = true;
      } else {
        kept.append(event);
      }
    }
    if (!hidden) {
      return events;
    }
    events.release();
    return Unpooled.copiedBuffer(kept, StandardCharsets.ISO_8859_1);
  }

  private static boolean tellsUsageAlone(String event) {
    String data = event.strip();
    if (!data.startsWith("data:") || data.indexOf('\n') >= 0) {
      return false;
    }
    JsonNode json = Trees.read(data.substring("data:".length())).orElse(null);
    return json != null
        && json.path("usage").isObject()
        && json.path("choices").isArray()
        && json.path("choices").isEmpty();
  }
}
