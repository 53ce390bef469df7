package io.remuda.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events as engines write them: what the events carry, one after the other, until
 * {@code [DONE]}. Comments are left out.
 */
final class EventReader {

  private static final String DATA = "data:";
  private static final String EVENT = "event:";

  /** What tells a chunk, or the error in its place, from what engines send beside. */
  private static final List<String> CHUNK_FIELDS = List.of("choices", "usage", "error");

  /** An event whose last empty line has come. */
  private record Whole(String name, String data) {}

  private final int limit;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private final Deque<Whole> whole = new ArrayDeque<>();
  private String data = "";
  private String name = "";
  private String givenName = "";
  private boolean done;

  /**
   * @param limit bytes of one event
   */
  EventReader(int limit) {
    this.limit = limit;
  }

  /**
   * Takes what has come, and leaves its indices alone.
   *
   * @return false when an event is larger than allowed
   */
  boolean add(ByteBuf bytes) {
    int from = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (from < end) {
      int newline = bytes.indexOf(from, end, (byte) '\n');
      int until = newline < 0 ? end : newline;
      if (line.size() + (until - from) + data.length() > limit) {
        return false;
      }
      byte[] part = new byte[until - from];
      bytes.getBytes(from, part);
      line.writeBytes(part);
      if (newline >= 0) {
        line(line.toString(StandardCharsets.UTF_8));
        line.reset();
      }
      from = until + 1;
    }
    return true;
  }

  /** Nothing more comes: an event whose last empty line is missing is whole all the same. */
  void end() {
    if (line.size() > 0) {
      line(line.toString(StandardCharsets.UTF_8));
      line.reset();
    }
    line("");
  }

  /** What the next event carries, or null while it is not whole. */
  @Nullable String next() {
    Whole event = whole.poll();
    givenName = event == null ? "" : event.name();
    return event == null ? null : event.data();
  }

  /**
   * Whether the event that {@link #next} gave last is none of a chat's: one under a name of its
   * own, such as a ping.
   *
   * @param event what it carries, or null where that is no JSON
   */
  boolean isAside(@Nullable JsonNode event) {
    return !givenName.isEmpty() && (event == null || CHUNK_FIELDS.stream().noneMatch(event::has));
  }

  /** Whether {@code [DONE]} has come. */
  boolean isDone() {
    return done;
  }

  private void line(String ended) {
    String text = ended.endsWith("\r") ? ended.substring(0, ended.length() - 1) : ended;
    if (text.startsWith(DATA)) {
      String bare = value(text, DATA);
      data = data.isEmpty() ? bare : data + "\n" + bare;
    } else if (text.startsWith(EVENT)) {
      name = value(text, EVENT).strip();
    } else if (text.isEmpty()) {
      if (data.strip().equals("[DONE]")) {
        done = true;
      } else if (!done && !data.isEmpty()) {
        whole.add(new Whole(name, data));
      }
      data = "";
      name = "";
    }
  }

  private static String value(String line, String field) {
    String value = line.substring(field.length());
    return value.startsWith(" ") ? value.substring(1) : value;
  }
}
