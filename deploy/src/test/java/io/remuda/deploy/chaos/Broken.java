package io.remuda.deploy.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which parts of the fleet are broken, and which were when. */
final class Broken {

  private record Span(Set<String> parts, Duration begin, Optional<Duration> end) {}

  private final List<Span> spans = new ArrayList<>();

  /** From then on these are broken, and no others. */
  synchronized void begins(Set<String> parts, Duration at) {
    heals(at);
    spans.add(new Span(Set.copyOf(parts), at, Optional.empty()));
  }

  /** From then on nothing is. */
  synchronized void heals(Duration at) {
    int last = spans.size() - 1;
    if (last >= 0 && spans.get(last).end().isEmpty()) {
      spans.set(last, new Span(spans.get(last).parts(), spans.get(last).begin(), Optional.of(at)));
    }
  }

  /** Whether this part was broken at any moment from then on. */
  synchronized boolean since(Duration from, String part) {
    return spans.stream()
        .filter(span -> span.parts().contains(part))
        .anyMatch(span -> span.end().map(end -> end.compareTo(from) > 0).orElse(true));
  }
}
