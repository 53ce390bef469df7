package io.remuda.node.instance;

import io.remuda.node.engine.LogNews.Wrong;
import io.remuda.protocol.model.LastWords;
import io.remuda.protocol.model.Trouble;
import io.remuda.protocol.model.Trouble.LastEnd;
import io.remuda.protocol.model.Trouble.Level;
import io.remuda.protocol.model.Trouble.Line;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What an instance's engine has told of trouble so far: counted all, and remembered the kinds of
 * lines that came last. Lines are of one kind when they differ only in words that hold a number.
 * Immutable.
 *
 * @param kinds the one that came last is the last
 */
record TroubleBook(long errors, long warnings, Map<Kind, Line> kinds, Optional<LastEnd> lastEnd) {

  static final TroubleBook EMPTY = new TroubleBook(0, 0, Map.of(), Optional.empty());

  private static final String WITH_A_NUMBER = "\\S*[0-9]\\S*";

  /** What lines that are counted together have in common. */
  record Kind(Level level, String pattern) {}

  TroubleBook {
    kinds = Collections.unmodifiableMap(new LinkedHashMap<>(kinds));
  }

  /** With lines that were read at {@code now}. */
  TroubleBook with(List<Wrong> lines, Instant now, TroubleLimits limits) {
    if (lines.isEmpty()) {
      return this;
    }
    Map<Kind, Line> next = new LinkedHashMap<>(kinds);
    long more = 0;
    for (Wrong wrong : lines) {
      String text = shown(wrong.line(), limits.lineChars());
      Kind kind = new Kind(wrong.level(), text.replaceAll(WITH_A_NUMBER, "#"));
      Line before = next.remove(kind);
      next.put(kind, new Line(wrong.level(), text, before == null ? 1 : before.count() + 1, now));
      more += wrong.level() == Level.ERROR ? 1 : 0;
      if (next.size() > limits.kinds()) {
        next.remove(next.keySet().iterator().next());
      }
    }
    return new TroubleBook(errors + more, warnings + lines.size() - more, next, lastEnd);
  }

  /** With an engine that ended by itself with these words, the first line saying how. */
  TroubleBook ended(String words, Instant now, TroubleLimits limits) {
    String few =
        words
            .lines()
            .map(line -> shown(line, limits.lineChars()))
            .collect(Collectors.joining("\n"));
    String kept = LastWords.within(few, limits.lastLines(), LastWords.REPORTED_BYTES);
    return new TroubleBook(errors, warnings, kinds, Optional.of(new LastEnd(kept, now)));
  }

  /** As it is told. */
  Trouble told() {
    List<Line> newest = new ArrayList<>(kinds.values());
    Collections.reverse(newest);
    return new Trouble(errors, warnings, newest, lastEnd);
  }

  private static String shown(String line, int chars) {
    String plain = line.replaceAll("\\p{Cntrl}", " ").strip();
    return plain.length() > chars ? plain.substring(0, chars) : plain;
  }
}
