package io.remuda.node.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The end of an engine's output file, read without reading the rest. */
public final class EngineLog {
  private static final int TAIL_BYTES = 64 * 1024;
  private static final int LINE_LIMIT = 2_000;

  private EngineLog() {}

  /** At most {@code count} last lines that are not blank; none when there is no file. */
  public static List<String> tail(Path file, int count) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long from = Math.max(0, channel.size() - TAIL_BYTES);
      ByteBuffer bytes = ByteBuffer.allocate(TAIL_BYTES);
      while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {
        // Reads until the buffer is full or the file ends.
      }
      String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
      List<String> lines =
          text.lines()
              .filter(line -> !line.isBlank())
              .map(line -> line.length() > LINE_LIMIT ? line.substring(0, LINE_LIMIT) : line)
              .toList();
      return lines.subList(Math.max(0, lines.size() - count), lines.size());
    } catch (IOException e) {
      return List.of();
    }
  }
}
