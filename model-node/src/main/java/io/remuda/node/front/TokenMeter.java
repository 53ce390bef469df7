package io.remuda.node.front;

import io.netty.buffer.ByteBuf;
import io.remuda.protocol.bytes.Tail;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/**
 * Counts what goes by without parsing it: the events of a stream by their {@code data:} lines, and
 * the tokens by the usage object that stands at the end of an answer. Chunks may be cut anywhere.
 */
public final class TokenMeter {

  private static final byte[] FIELD = "data:".getBytes(StandardCharsets.US_ASCII);
  private static final String[] PROMPT = {"\"prompt_tokens\"", "\"input_tokens\"", "\"prompt_n\""};
  private static final String[] COMPLETION = {
    "\"completion_tokens\"", "\"output_tokens\"", "\"predicted_n\""
  };
  private static final int MOST_DIGITS = 12;

  private final boolean stream;
  private final Tail tail = new Tail(1024);
  private int events;
  private int matched;
  private boolean empty = true;
  private long firstByteAt;
  private long firstTokenAt;
  private long lastTokenAt;

  /**
   * @param stream whether events are to be counted
   */
  public TokenMeter(boolean stream) {
    this.stream = stream;
  }

  /** Takes note of the readable bytes of {@code chunk}, which arrived at {@code now} (nanoTime). */
  public void add(ByteBuf chunk, long now) {
    if (empty) {
      empty = false;
      firstByteAt = now;
    }
    if (stream) {
      int before = events;
      count(chunk);
      if (events != before) {
        noteTokens(chunk, before, now);
      }
    }
    tail.add(chunk);
  }

  /** Events so far; the closing {@code [DONE]} counts as one. */
  public int events() {
    return events;
  }

  /** When the first byte came, by nanoTime; 0 before that. */
  public long firstByteAt() {
    return firstByteAt;
  }

  /** When the first event with content came; an empty one that only says its role is none. */
  public long firstTokenAt() {
    return firstTokenAt;
  }

  /** When the last event came. */
  public long lastTokenAt() {
    return lastTokenAt;
  }

  public OptionalLong promptTokens() {
    return last(PROMPT);
  }

  /** As the engine says; else the events that carried something. */
  public long completionTokens() {
    return last(COMPLETION).orElse(stream ? Math.max(0, events - 2) : 0);
  }

  private void noteTokens(ByteBuf chunk, int before, long now) {
    if (firstTokenAt == 0 && (before > 0 || !saysOnlyItsRole(chunk))) {
      firstTokenAt = now;
    }
    lastTokenAt = now;
  }

  private static boolean saysOnlyItsRole(ByteBuf chunk) {
    String text =
        chunk.toString(
            chunk.readerIndex(), Math.min(512, chunk.readableBytes()), StandardCharsets.US_ASCII);
    return text.contains("\"role\"")
        && (text.contains("\"content\":null")
            || text.contains("\"content\":\"\"")
            || !text.contains("\"content\":"));
  }

  /** A field name counts at the beginning of a line; {@code matched} of its bytes were seen. */
  private void count(ByteBuf chunk) {
    int state = matched;
    int found = 0;
    int end = chunk.writerIndex();
    for (int i = chunk.readerIndex(); i < end; i++) {
      byte b = chunk.getByte(i);
      if (b == '\n') {
        state = 0;
      } else if (state >= 0) {
        if (b != FIELD[state]) {
          state = -1;
        } else if (++state == FIELD.length) {
          found++;
          state = -1;
        }
      }
      if (state < 0) {
        int next = chunk.indexOf(i, end, (byte) '\n');
        if (next < 0) {
          break;
        }
        i = next;
        state = 0;
      }
    }
    matched = state;
    events += found;
  }

  /** Of a number under one of these names, the one that stands last. */
  private OptionalLong last(String[] names) {
    String text = tail.text();
    // From the end, where it stands: to look for each name in all of the text took longer.
    for (int at = text.lastIndexOf('"'); at >= 0; at = text.lastIndexOf('"', at - 1)) {
      for (String name : names) {
        if (text.startsWith(name, at)) {
          OptionalLong number = numberAfter(text, at + name.length());
          if (number.isPresent()) {
            return number;
          }
        }
      }
    }
    return OptionalLong.empty();
  }

  private static OptionalLong numberAfter(String text, int from) {
    int at = afterSpace(text, from);
    if (at == text.length() || text.charAt(at) != ':') {
      return OptionalLong.empty();
    }
    at = afterSpace(text, at + 1);
    long number = 0;
    int digits = 0;
    while (at < text.length() && digits < MOST_DIGITS && isDigit(text.charAt(at))) {
      number = 10 * number + text.charAt(at) - '0';
      at++;
      digits++;
    }
    return digits == 0 ? OptionalLong.empty() : OptionalLong.of(number);
  }

  private static int afterSpace(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) <= ' ') {
      at++;
    }
    return at;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
