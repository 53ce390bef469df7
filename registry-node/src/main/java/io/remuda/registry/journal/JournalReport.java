package io.remuda.registry.journal;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a look at every row of a journal or of a backup found.
 *
 * @param names that have events
 * @param broken what is wrong first with each name that its registry actor would refuse to be
 */
public record JournalReport(
    BackupHeader header, long events, long snapshots, int names, Map<String, String> broken) {

  public JournalReport {
    broken = Collections.unmodifiableMap(new TreeMap<>(broken));
  }
}
