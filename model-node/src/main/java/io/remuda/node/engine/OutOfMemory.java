package io.remuda.node.engine;

import java.util.List;
import java.util.Locale;

/** Recognises an engine that ended because memory ran out. */
final class OutOfMemory {
  private OutOfMemory() {}

  /** Whether one of the lines holds one of the profile's texts, in whatever case. */
  static boolean saidIn(List<String> lines, List<String> texts) {
    return lines.stream()
        .map(line -> line.toLowerCase(Locale.ROOT))
        .anyMatch(
            line -> texts.stream().anyMatch(text -> line.contains(text.toLowerCase(Locale.ROOT))));
  }
}
