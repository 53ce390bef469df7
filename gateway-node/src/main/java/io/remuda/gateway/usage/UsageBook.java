package io.remuda.gateway.usage;

import io.remuda.protocol.UsageProtocol;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.Line;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was used through this gateway and is not in the registry's database yet. It goes there in
 * numbered parts, one after the other; a part stays as it is until it is known to be there, so that
 * the same number never stands for two things. For any thread.
 */
final class UsageBook {

  private record Key(long hour, String key, String tenant, String model) {}

  /** Lines under one number. */
  record Part(long number, List<Line> lines) {}

  private final int mostLines;
  private final Map<Key, Count> open = new LinkedHashMap<>();
  private final Deque<Part> closed = new ArrayDeque<>();
  private int closedLines;
  private long number;

  UsageBook(int mostLines) {
    this.mostLines = mostLines;
  }

  /**
   * Notes something.
   *
   * @return false where there is no room for it, so that it is lost
   */
  synchronized boolean add(Line line) {
    Key key = new Key(line.hour(), line.key(), line.tenant(), line.model());
    Count before = open.get(key);
    if (before == null && open.size() + closedLines >= mostLines) {
      return false;
    }
    open.put(key, before == null ? line.count() : before.plus(line.count()));
    return true;
  }

  /** The part that goes next; the same one until it is there. */
  synchronized Optional<Part> next() {
    if (closed.isEmpty() && !open.isEmpty()) {
      close();
    }
    return Optional.ofNullable(closed.peek());
  }

  private void close() {
    List<Line> lines = new ArrayList<>();
    open.forEach(
        (key, count) ->
            lines.add(new Line(key.hour(), key.key(), key.tenant(), key.model(), count)));
    open.clear();
    closedLines += lines.size();
    for (int from = 0; from < lines.size(); from += UsageProtocol.MOST_LINES) {
      int to = Math.min(lines.size(), from + UsageProtocol.MOST_LINES);
      closed.add(new Part(++number, List.copyOf(lines.subList(from, to))));
    }
  }

  /** It is there. */
  synchronized Optional<Part> handedIn(long numberThere) {
    Part first = closed.peek();
    if (first == null || first.number() != numberThere) {
      return Optional.empty();
    }
    closed.remove();
    closedLines -= first.lines().size();
    return Optional.of(first);
  }

  /** Whether a part waits that was closed already. */
  synchronized boolean hasClosed() {
    return !closed.isEmpty();
  }

  /** Whether all is there. */
  synchronized boolean isEmpty() {
    return open.isEmpty() && closed.isEmpty();
  }
}
