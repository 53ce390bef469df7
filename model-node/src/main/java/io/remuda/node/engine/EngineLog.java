package io.remuda.node.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** An engine's output file: its end, or what is new in it, read without reading the rest. */
public final class EngineLog {
  private static final int TAIL_BYTES = 64 * 1024;
  private static final int LINE_LIMIT = 2_000;

  private EngineLog() {}

  /**
   * Whole lines of an output file.
   *
   * @param next where the first byte behind them is
   */
  record Piece(long next, List<String> lines) {}

  /**
   * The whole lines from {@code from} on; at most the last {@value #TAIL_BYTES} bytes, so that one
   * that writes without end is read no faster than it is looked at. A file that has become shorter
   * was begun anew, and is read from its beginning.
   */
  static Piece since(Path file, long from) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      long wanted = size < from ? 0 : from;
      long begin = Math.max(wanted, size - TAIL_BYTES);
      byte[] bytes = read(channel, begin, (int) (size - begin));
      int end = lastBreak(bytes);
      if (end < 0) {
        // A line that fills all that is looked at is no line; one that is being written is awaited.
        return new Piece(bytes.length == TAIL_BYTES ? begin + bytes.length : begin, List.of());
      }
      String text = new String(bytes, 0, end, StandardCharsets.UTF_8);
      // Where something was passed over, the first line is the rest of one.
      List<String> lines = text.lines().skip(begin > wanted ? 1 : 0).map(EngineLog::cut).toList();
      return new Piece(begin + end + 1, lines);
    } catch (IOException e) {
      return new Piece(from, List.of());
    }
  }

  private static int lastBreak(byte[] bytes) {
    int at = bytes.length - 1;
    while (at >= 0 && bytes[at] != '\n') {
      at--;
    }
    return at;
  }

  private static String cut(String line) {
    return line.length() > LINE_LIMIT ? line.substring(0, LINE_LIMIT) : line;
  }

  private static byte[] read(FileChannel channel, long from, int most) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(most);
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {
      // Reads until the buffer is full or the file ends.
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /** At most {@code count} last lines that are not blank; none when there is no file. */
  public static List<String> tail(Path file, int count) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      byte[] bytes = read(channel, Math.max(0, channel.size() - TAIL_BYTES), TAIL_BYTES);
      String text = new String(bytes, StandardCharsets.UTF_8);
      List<String> lines =
          text.lines().filter(line -> !line.isBlank()).map(EngineLog::cut).toList();
      return lines.subList(Math.max(0, lines.size() - count), lines.size());
    } catch (IOException e) {
      return List.of();
    }
  }
}
