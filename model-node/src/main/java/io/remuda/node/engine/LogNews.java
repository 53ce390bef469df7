package io.remuda.node.engine;

import io.remuda.protocol.model.Trouble.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an engine has written since it was last looked at, as far as it tells of something wrong.
 *
 * @param next where the next look begins, in bytes of its output file
 * @param wrong its lines, in their order
 */
public record LogNews(long next, List<Wrong> wrong) {

  /** Some engines colour their levels, whoever reads them. */
  private static final Pattern COLOURS = Pattern.compile("\u001B\\[[0-9;]*m");

  /** A line that says so. */
  public record Wrong(Level level, String line) {}

  public LogNews {
    wrong = List.copyOf(wrong);
  }

  /** Of an engine whose output nobody can read. */
  public static LogNews none(long from) {
    return new LogNews(from, List.of());
  }

  static LogNews of(EngineLog.Piece piece, LogFormat format) {
    List<Wrong> wrong = new ArrayList<>();
    for (String written : piece.lines()) {
      String line = COLOURS.matcher(written).replaceAll("");
      format.levelOf(line).ifPresent(level -> wrong.add(new Wrong(level, line)));
    }
    return new LogNews(piece.next(), wrong);
  }
}
