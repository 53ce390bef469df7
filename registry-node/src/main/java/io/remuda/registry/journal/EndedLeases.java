package io.remuda.registry.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;

/**
 * The leases of the journal that have given everything back. Each is forgotten some time later with
 * all its events, so that what is read again and again does not grow with every lease that ever
 * was; nothing else is ever taken out of the journal. Of one that is forgotten the names' own
 * events remain.
 */
public final class EndedLeases {

  /** The others of a round that finds more, as the first after an upgrade may, go in later ones. */
  static final int MOST_AT_ONCE = 500;

  /** Whoever has asked for it under the same id meanwhile has it. */
  private static final String IF_STILL_ENDED =
      """
       WHERE "persistence_id" = ? AND EXISTS (SELECT 1 FROM "event_journal" AS last
         WHERE last."persistence_id" = ? AND last."sequence_number" = ?
           AND last."write_timestamp" = ? AND last."event_ser_manifest" = '%s')
      """
          .formatted(JournalSerializer.LEASE_CLOSED);

  private static final String SNAPSHOTS = "DELETE FROM \"snapshot\"" + IF_STILL_ENDED;
  private static final String EVENTS = "DELETE FROM \"event_journal\"" + IF_STILL_ENDED;

  private final DataSource source;

  EndedLeases(DataSource source) {
    this.source = source;
  }

  /**
   * A lease that has nothing left to do.
   *
   * @param at when that was written
   */
  public record Ended(JournalStore.Named named, Instant at) {}

  /**
   * Forgets those of {@code ended} that have been so since before {@code then}; blocks. Several
   * registry nodes may do so at once. One that has snapshots loses these first, and its events in a
   * later round: nobody finds an old snapshot and no events after it.
   *
   * @return how many are gone now
   */
  public int forget(List<Ended> ended, Instant then) throws SQLException {
    List<Ended> old =
        ended.stream().filter(each -> each.at().isBefore(then)).limit(MOST_AT_ONCE).toList();
    if (old.isEmpty()) {
      return 0;
    }
    int gone = 0;
    try (Connection connection = source.getConnection();
        PreparedStatement snapshots = connection.prepareStatement(SNAPSHOTS);
        PreparedStatement events = connection.prepareStatement(EVENTS)) {
      for (Ended each : old) {
        if (deleted(snapshots, each) == 0) {
          gone += deleted(events, each) > 0 ? 1 : 0;
        }
      }
    }
    return gone;
  }

  private static int deleted(PreparedStatement statement, Ended lease) throws SQLException {
    statement.setString(1, lease.named().persistenceId());
    statement.setString(2, lease.named().persistenceId());
    statement.setLong(3, lease.named().last());
    statement.setLong(4, lease.at().toEpochMilli());
    return statement.executeUpdate();
  }
}
