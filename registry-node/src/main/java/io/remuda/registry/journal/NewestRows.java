package io.remuda.registry.journal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows of one subject, or of all, looked for from the newest one back. Each tells what is missing
 * before it once the one before it was seen; rows of other subjects are seen for that and not kept.
 */
final class NewestRows {

  private static final int NOT_KEPT = -1;

  /** The row of a name that was seen last: its number, and where it is among those found. */
  private record Later(long number, int place) {}

  private final Optional<String> subject;
  private final List<StoryRow> found = new ArrayList<>();
  private final Map<String, Later> later = new HashMap<>();

  /**
   * @param subject a deployment, machine or key; empty for all
   */
  NewestRows(Optional<String> subject) {
    this.subject = subject;
  }

  /** Sees the row before those that were seen so far. */
  void see(StoryRow row) {
    Later next = later.get(row.persistenceId());
    if (next != null) {
      tell(next, row.number());
    }
    boolean wished = subject.map(row::isOf).orElse(true);
    later.put(row.persistenceId(), new Later(row.number(), wished ? found.size() : NOT_KEPT));
    if (wished) {
      found.add(row);
    }
  }

  /** There is nothing before the rows that were seen. */
  void seenAll() {
    later.values().forEach(first -> tell(first, 0));
  }

  private void tell(Later row, long before) {
    if (row.place() != NOT_KEPT) {
      found.set(row.place(), found.get(row.place()).after(before));
    }
  }

  /** Those that were looked for, the newest first. */
  List<StoryRow> found() {
    return Collections.unmodifiableList(found);
  }
}
