package io.remuda.protocol.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Reasons that end with what an engine wrote last, cut to what the place that they go to can bear.
 * The first line, which says what happened, and the newest lines are kept; what is left out between
 * them shows as one line of dots.
 */
public final class LastWords {

  /** Lines of an engine's output that a machine tells of. */
  public static final int LINES = 50;

  /** Of one reason where it is told in full: in a report, to an operator. */
  public static final int REPORTED_BYTES = 8_000;

  /** Of one reason in the journal, which keeps it for ever. */
  public static final int JOURNALED_BYTES = 1_000;

  /** Of one reason in the catalog, which every gateway holds of every name. */
  public static final int LISTED_BYTES = 1_000;

  /** Of all reasons in one message: Artery drops one that is larger than a frame. */
  static final int MESSAGE_BYTES = 64_000;

  private static final int LEAST_BYTES = 200;
  private static final String GAP = "...";

  private LastWords() {}

  /** Of one reason in a message that carries {@code reasons} of them. */
  public static int share(long reasons) {
    return (int)
        Math.max(LEAST_BYTES, Math.min(REPORTED_BYTES, MESSAGE_BYTES / Math.max(1, reasons)));
  }

  /** {@code reason} in UTF-8 within so many bytes, at least {@value #LEAST_BYTES}. */
  public static String within(String reason, int bytes) {
    return within(reason, Integer.MAX_VALUE, bytes);
  }

  /**
   * The same with no more than {@code lines} lines after the first.
   *
   * @param bytes at least {@value #LEAST_BYTES}
   */
  public static String within(String reason, int lines, int bytes) {
    List<String> all = reason.lines().toList();
    if (all.size() - 1 <= lines && size(reason) <= bytes) {
      return reason;
    }
    if (all.size() == 1) {
      return cut(reason, bytes);
    }
    String first = cut(all.get(0), bytes / 2);
    int room = bytes - size(first) - size(GAP) - 1;
    Deque<String> newest = new ArrayDeque<>();
    for (int i = all.size() - 1; i > 0 && newest.size() < lines; i--) {
      int needed = size(all.get(i)) + 1;
      if (needed > room) {
        break;
      }
      room -= needed;
      newest.addFirst(all.get(i));
    }
    if (newest.isEmpty() && lines > 0) {
      // The very last one is too long: its beginning tells more than nothing.
      newest.addFirst(cut(all.get(all.size() - 1), room - 1));
    }
    if (newest.size() < all.size() - 1) {
      newest.addFirst(GAP);
    }
    newest.addFirst(first);
    return String.join("\n", newest);
  }

  static int size(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String cut(String line, int bytes) {
    byte[] encoded = line.getBytes(StandardCharsets.UTF_8);
    if (encoded.length <= bytes) {
      return line;
    }
    int end = bytes - size(GAP);
    // Not inside a character: its bytes after the first begin with 10.
    while ((encoded[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(encoded, 0, end, StandardCharsets.UTF_8) + GAP;
  }
}
