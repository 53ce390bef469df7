package io.remuda.gateway.batches;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts the pieces of a file into its lines. Blank lines are passed over. Of a line that is too long
 * no more than the limit and a byte is kept, so that whoever gets it sees that it is.
 */
final class LineSplitter {

  private final int limit;
  private ByteString rest = ByteString.EMPTY;
  private int lines;

  /**
   * @param limit bytes of a line
   */
  LineSplitter(int limit) {
    this.limit = limit;
  }

  /** Lines that end in this piece. */
  List<RawLine> add(ByteString piece) {
    List<RawLine> found = new ArrayList<>();
    byte[] bytes = piece.toByteArray();
    int from = 0;
    for (int at = 0; at < bytes.length; at++) {
      if (bytes[at] == '\n') {
        keep(bytes, from, at);
        line(found);
        from = at + 1;
      }
    }
    keep(bytes, from, bytes.length);
    return found;
  }

  /** The last line, which may have no end. */
  List<RawLine> end() {
    List<RawLine> found = new ArrayList<>();
    line(found);
    return found;
  }

  private void keep(byte[] bytes, int from, int to) {
    int room = limit + 1 - rest.size();
    if (to > from && room > 0) {
      rest = rest.concat(ByteString.copyFrom(bytes, from, Math.min(to - from, room)));
    }
  }

  private void line(List<RawLine> found) {
    byte[] bytes = rest.toByteArray();
    rest = ByteString.EMPTY;
    int length = bytes.length;
    while (length > 0 && isBlank(bytes[length - 1])) {
      length--;
    }
    if (length > 0) {
      lines++;
      found.add(new RawLine(lines, length == bytes.length ? bytes : Arrays.copyOf(bytes, length)));
    }
  }

  private static boolean isBlank(byte value) {
    return value == ' ' || value == '\t' || value == '\r';
  }
}
