package io.remuda.registry.journal;

import io.remuda.protocol.id.JournalId;
import io.remuda.registry.proto.backup.PBackupHeader;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Which journal it is, and how much of it there is.
 *
 * @param cluster name of its fleet
 * @param madeAt when it was looked at, to the millisecond
 * @param lastOrdering place of the last event; 0 without any
 * @param ownerTerm no owner of a name was given a higher number
 */
public record BackupHeader(
    String cluster,
    JournalId journal,
    Instant madeAt,
    long events,
    long snapshots,
    long lastOrdering,
    long ownerTerm) {

  public BackupHeader {
    madeAt = madeAt.truncatedTo(ChronoUnit.MILLIS);
  }

  static BackupHeader fromProto(PBackupHeader proto) {
    return new BackupHeader(
        proto.getCluster(),
        new JournalId(proto.getJournalId()),
        Instant.ofEpochMilli(proto.getMadeAtMillis()),
        proto.getEvents(),
        proto.getSnapshots(),
        proto.getLastOrdering(),
        proto.getOwnerTerm());
  }

  PBackupHeader toProto() {
    return PBackupHeader.newBuilder()
        .setCluster(cluster)
        .setJournalId(journal.value())
        .setMadeAtMillis(madeAt.toEpochMilli())
        .setEvents(events)
        .setSnapshots(snapshots)
        .setLastOrdering(lastOrdering)
        .setOwnerTerm(ownerTerm)
        .build();
  }
}
