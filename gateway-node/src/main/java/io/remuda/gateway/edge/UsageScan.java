package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Reads the tokens that an engine tells out of its answer's bytes as they pass, whichever way they
 * are cut, be it one JSON object, events or lines. What is told last counts: some engines tell the
 * sums with each event. Strings are told from names as JSON does it, so that no text of a model is
 * taken for a count. Lives on one loop.
 *
 * <p>Of a stream its beginning is read as it passes and its end once it is over: that is where
 * counts stand, and what lies between is passed on many times a second.
 */
final class UsageScan implements ByteProcessor {

  private static final int LONGEST_NAME = 40;
  private static final int LONGEST_NUMBER = 20;

  /** So much of a stream is read as it comes, and as much of its end. */
  private static final int PART = 4_096;

  private static final byte[] USAGE = ascii("usage");
  private static final byte[] TIMINGS = ascii("timings");
  private static final byte[] CHOICES = ascii("choices");
  private static final byte[] DELTA = ascii("delta");

  /** With what the counts begin at the end of an answer. */
  private static final byte[][] LAST = {USAGE, TIMINGS, ascii("prompt_eval_count")};

  private final ToldCounts counts = new ToldCounts();
  private final byte[] name = new byte[LONGEST_NAME];
  private final byte[] number = new byte[LONGEST_NUMBER];
  private int nameLength;
  private int numberLength;
  private boolean inString;
  private boolean escaped;
  // A name that is followed by a colon waits for its value.
  private boolean named;
  private boolean awaited;
  private int group;
  private int counted = -1;
  private long choices;
  private long deltas;
  private boolean found;
  private long read;
  private long bytes;
  private boolean stream;
  private byte[] end = new byte[0];
  private int endLength;

  /** What comes is events or lines, of which the last tell the counts. */
  void ofStream() {
    stream = true;
  }

  /** Looks at what passes, and leaves it as it is. */
  void see(ByteBuf passing) {
    int length = passing.readableBytes();
    bytes += length;
    if (stream && bytes > PART) {
      keep(passing, length);
    } else {
      read += length;
      passing.forEachByte(this);
    }
  }

  private void keep(ByteBuf passing, int length) {
    if (end.length == 0) {
      end = new byte[2 * PART];
    }
    int more = Math.min(length, PART);
    if (endLength + more > end.length) {
      int kept = Math.min(endLength, PART);
      System.arraycopy(end, endLength - kept, end, 0, kept);
      endLength = kept;
    }
    passing.getBytes(passing.writerIndex() - more, end, endLength, more);
    endLength += more;
  }

  /** It is over: its end is read, from the first line that is whole. */
  void over() {
    int from = 0;
    while (from < endLength && end[from] != '\n') {
      from++;
    }
    long choicesBefore = choices;
    long deltasBefore = deltas;
    found = false;
    readEnd(from);
    // Where the beginning is one long line, the end says how many events there are.
    if (choicesBefore + deltasBefore > 0) {
      choices = choicesBefore;
      deltas = deltasBefore;
    } else if (choices + deltas > 0) {
      read = endLength - from;
    }
    long choicesRead = choices;
    long deltasRead = deltas;
    // The last line may be longer than what is kept of it: it has the whole answer once more.
    for (byte[] wanted : LAST) {
      int at = found ? -1 : lastOf(wanted);
      if (at >= 0) {
        readEnd(at);
      }
    }
    choices = choicesRead;
    deltas = deltasRead;
    endLength = 0;
  }

  private void readEnd(int from) {
    inString = false;
    escaped = false;
    named = false;
    awaited = false;
    group = 0;
    counted = -1;
    for (int at = from; at < endLength; at++) {
      process(end[at]);
    }
  }

  /** Where the last such name begins; within a text its quotes would be escaped. */
  private int lastOf(byte[] wanted) {
    for (int at = endLength - wanted.length - 3; at >= 0; at--) {
      int behind = at + 1 + wanted.length;
      if (end[at] == '"'
          && end[behind] == '"'
          && (end[behind + 1] == ':' || isSpace(end[behind + 1]))
          && Arrays.equals(end, at + 1, behind, wanted, 0, wanted.length)) {
        return at;
      }
    }
    return -1;
  }

  /** Whether anything passed. */
  boolean saw() {
    return bytes > 0;
  }

  /**
   * About how many events or answers had choices, or deltas where none has choices: as many in all
   * of it as in what was read.
   */
  long events() {
    return read == 0 ? 0 : (choices > 0 ? choices : deltas) * bytes / read;
  }

  long bytes() {
    return bytes;
  }

  OptionalLong prompt() {
    return counts.prompt();
  }

  OptionalLong completion() {
    return counts.completion();
  }

  long cached() {
    return counts.cached();
  }

  @Override
  public boolean process(byte next) {
    if (inString) {
      string(next);
      return true;
    }
    if (counted >= 0) {
      if (isOfNumber(next) && numberLength < LONGEST_NUMBER) {
        number[numberLength++] = next;
        return true;
      }
      if (numberLength > 0 || !isSpace(next)) {
        endNumber();
      }
    }
    switch (next) {
      case '"' -> {
        inString = true;
        nameLength = 0;
        named = false;
        awaited = false;
      }
      case ':' -> colon();
      case '{' -> {
        if (group > 0 || (awaited && (is(USAGE) || is(TIMINGS)))) {
          group++;
        }
        awaited = false;
      }
      case '}' -> {
        group = Math.max(0, group - 1);
        awaited = false;
      }
      case ' ', '\t', '\r', '\n' -> {}
      default -> awaited = false;
    }
    return true;
  }

  private void string(byte next) {
    if (escaped) {
      escaped = false;
      nameLength = LONGEST_NAME + 1;
    } else if (next == '\\') {
      escaped = true;
    } else if (next == '"') {
      inString = false;
      named = nameLength <= LONGEST_NAME;
    } else if (next == '\n') {
      inString = false;
    } else if (nameLength < LONGEST_NAME) {
      name[nameLength++] = next;
    } else {
      nameLength = LONGEST_NAME + 1;
    }
  }

  private void colon() {
    if (!named) {
      return;
    }
    named = false;
    awaited = true;
    if (group == 0) {
      choices += is(CHOICES) ? 1 : 0;
      deltas += is(DELTA) ? 1 : 0;
    }
    int told = ToldCounts.find(name, nameLength, group > 0);
    if (told >= 0) {
      counted = told;
      numberLength = 0;
    }
  }

  private void endNumber() {
    if (numberLength > 0) {
      try {
        double value =
            Double.parseDouble(new String(number, 0, numberLength, StandardCharsets.US_ASCII));
        if (value >= 0 && value < Integer.MAX_VALUE) {
          counts.told(counted, Math.round(value));
          found = true;
        }
      } catch (NumberFormatException e) {
        // What is no number counts nothing.
      }
    }
    counted = -1;
  }

  private boolean is(byte[] wanted) {
    return nameLength == wanted.length
        && Arrays.equals(name, 0, nameLength, wanted, 0, wanted.length);
  }

  private static boolean isOfNumber(byte next) {
    return (next >= '0' && next <= '9')
        || next == '.'
        || next == '-'
        || next == '+'
        || next == 'e'
        || next == 'E';
  }

  private static boolean isSpace(byte next) {
    return next == ' ' || next == '\t' || next == '\r' || next == '\n';
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
