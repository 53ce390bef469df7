package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events as engines write them: what the events carry, one after the other, until
 * {@code [DONE]}. Comments and the names of events are left out.
 */
final class EventReader {

  private static final String DATA = "data:";

  private final int limit;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private final Deque<String> whole = new ArrayDeque<>();
  private String data = "";
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
    return whole.poll();
  }

  /** Whether {@code [DONE]} has come. */
  boolean isDone() {
    return done;
  }

  private void line(String ended) {
    String text = ended.endsWith("\r") ? ended.substring(0, ended.length() - 1) : ended;
    if (text.startsWith(DATA)) {
      String value = text.substring(DATA.length());
      String bare = value.startsWith(" ") ? value.substring(1) : value;
      data = data.isEmpty() ? bare : data + "\n" + bare;
    } else if (text.isEmpty() && !data.isEmpty()) {
      if (data.strip().equals("[DONE]")) {
        done = true;
      } else if (!done) {
        whole.add(data);
      }
      data = "";
    }
  }
}
