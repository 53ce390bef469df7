package io.remuda.registry.journal;

import io.remuda.registry.proto.backup.PBackupEvent;
import io.remuda.registry.proto.backup.PBackupSnapshot;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks at every row of a journal in the order in which they were written: whether its bytes can be
 * read, and whether the numbers of each name go up from 1 without a gap. It remembers one number
 * for each name and the first fault of each broken one.
 */
final class JournalCheck {

  private final Map<String, Long> last = new HashMap<>();
  private final Map<String, String> broken = new TreeMap<>();
  private long events;
  private long snapshots;

  void event(PBackupEvent row) {
    events++;
    long before = last.getOrDefault(row.getPersistenceId(), 0L);
    long number = row.getSequenceNumber();
    last.put(row.getPersistenceId(), Math.max(before, number));
    if (number > before + 1) {
      broken.putIfAbsent(
          row.getPersistenceId(),
          new JournalGap(row.getPersistenceId(), before + 1, number - 1).text());
    } else if (number <= before) {
      broken.putIfAbsent(
          row.getPersistenceId(), "event %d stands after event %d".formatted(number, before));
    }
    decode(
        row.getPersistenceId(),
        "event " + number,
        row.getSerializer(),
        row.getManifest(),
        row.getPayload().toByteArray(),
        JournalEvent.class);
  }

  void snapshot(PBackupSnapshot row) {
    snapshots++;
    long known = last.getOrDefault(row.getPersistenceId(), 0L);
    if (row.getSequenceNumber() > known) {
      broken.putIfAbsent(
          row.getPersistenceId(),
          "its snapshot %d is of an event that is missing; the last one is %d"
              .formatted(row.getSequenceNumber(), known));
    }
    decode(
        row.getPersistenceId(),
        "snapshot " + row.getSequenceNumber(),
        row.getSerializer(),
        row.getManifest(),
        row.getPayload().toByteArray(),
        Object.class);
  }

  private void decode(
      String persistenceId,
      String what,
      int serializer,
      String manifest,
      byte[] payload,
      Class<?> kind) {
    try {
      if (serializer != JournalSerializer.IDENTIFIER) {
        throw new IOException("it was written by serializer " + serializer);
      }
      Object decoded = JournalSerializer.decode(payload, manifest);
      if (!kind.isInstance(decoded)) {
        throw new IOException("it is a " + decoded.getClass().getSimpleName());
      }
    } catch (IOException | RuntimeException e) {
      // Foreign bytes fail in any way; all of them make the name unreadable.
      broken.putIfAbsent(persistenceId, "%s cannot be read: %s".formatted(what, e.getMessage()));
    }
  }

  JournalReport report(BackupHeader header) {
    return new JournalReport(header, events, snapshots, last.size(), broken);
  }
}
