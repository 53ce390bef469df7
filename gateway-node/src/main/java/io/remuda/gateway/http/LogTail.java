package io.remuda.gateway.http;

import java.util.List;

/**
 * The last lines that a follower has seen of a log. Two looks overlap; what follows the longest
 * overlap is new. A log that was begun anew shares nothing and is new as a whole.
 */
record LogTail(List<String> lines, boolean isStart) {

  static final LogTail START = new LogTail(List.of(), true);

  LogTail {
    lines = List.copyOf(lines);
  }

  LogTail with(List<String> now) {
    return new LogTail(now, false);
  }

  /** The lines of {@code now} that this look has not seen. */
  List<String> newOf(List<String> now) {
    for (int end = now.size(); end > 0; end--) {
      int shared = Math.min(end, lines.size());
      List<String> seen = lines.subList(lines.size() - shared, lines.size());
      if (shared > 0 && now.subList(end - shared, end).equals(seen)) {
        return now.subList(end, now.size());
      }
    }
    return now;
  }
}
