package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What went wrong with an instance's engine, in the engine's own words: soft state of its machine,
 * counted since that machine's node has had the instance. All times are the machine's.
 *
 * @param errors lines of its output that told of an error
 * @param warnings lines that told of a warning
 * @param lines the kinds of such lines that came last, the newest first
 * @param lastEnd how its engine ended last, by itself; empty where it never did
 */
public record Trouble(long errors, long warnings, List<Line> lines, Optional<LastEnd> lastEnd)
    implements WireMessage {

  /** Nothing. */
  public static final Trouble NONE = new Trouble(0, 0, List.of(), Optional.empty());

  /** Of all that is told of trouble in one message, which has reasons to carry too. */
  private static final int MESSAGE_BYTES = 24_000;

  private static final int MOST_BYTES = 4_000;
  private static final int LEAST_BYTES = 400;

  /** Of numbers, times and names in a message, beside the text. */
  private static final int LINE_BYTES = 80;

  /** How bad a line says that it is. */
  public enum Level {
    ERROR,
    WARNING
  }

  /**
   * Lines that differ in numbers alone.
   *
   * @param text the last of them
   * @param count how many there were
   * @param last when the last of them was read
   */
  public record Line(Level level, String text, long count, Instant last) implements WireMessage {}

  /**
   * The end of an engine that nobody had asked for.
   *
   * @param words exit status and the last lines of its output
   */
  public record LastEnd(String words, Instant at) implements WireMessage {}

  public Trouble {
    lines = List.copyOf(lines);
  }

  /** Whether there is nothing to tell. */
  public boolean isNone() {
    return errors == 0 && warnings == 0 && lastEnd.isEmpty();
  }

  /** Of one instance in a message that carries the trouble of {@code instances} of them. */
  public static int share(long instances) {
    return (int)
        Math.max(LEAST_BYTES, Math.min(MOST_BYTES, MESSAGE_BYTES / Math.max(1, instances)));
  }

  /**
   * This within so many bytes, about: the newest lines; what was counted stays as it is.
   *
   * @param bytes at least {@value #LEAST_BYTES}
   */
  public Trouble within(int bytes) {
    Optional<LastEnd> end =
        lastEnd.map(one -> new LastEnd(LastWords.within(one.words(), bytes / 2), one.at()));
    int room = bytes - end.map(one -> LastWords.size(one.words())).orElse(0);
    List<Line> kept = new ArrayList<>();
    for (Line line : lines) {
      room -= LINE_BYTES + LastWords.size(line.text());
      if (room < 0) {
        break;
      }
      kept.add(line);
    }
    return new Trouble(errors, warnings, kept, end);
  }
}
