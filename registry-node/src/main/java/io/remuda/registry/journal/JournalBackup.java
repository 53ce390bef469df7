package io.remuda.registry.journal;

import io.remuda.registry.proto.backup.PBackupEvent;
import io.remuda.registry.proto.backup.PBackupHeader;
import io.remuda.registry.proto.backup.PBackupRecord;
import io.remuda.registry.proto.backup.PBackupSnapshot;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import org.flywaydb.core.api.FlywayException;

/**
 * Backs a journal up to one file, restores one from it, and looks at each row of either. A journal
 * on PostgreSQL may be written to meanwhile; one that is a file must be nobody else's for so long.
 *
 * <p>All methods block, for as long as the journal is large, and throw {@link BackupRefused}.
 */
public final class JournalBackup {

  /** Told how far it is. */
  public interface Progress {
    void at(long rows, long of);
  }

  /** Errors of H2: there is no such file; another process has it open. */
  private static final int H2_NO_FILE = 90146;

  private static final int H2_IN_USE = 90020;

  private final JournalSettings settings;
  private final String cluster;
  private final Clock clock;

  /**
   * @param cluster the fleet's name, for the backup's header
   */
  public JournalBackup(JournalSettings settings, String cluster, Clock clock) {
    this.settings = settings;
    this.cluster = cluster;
    this.clock = clock;
  }

  /**
   * Writes all that is in the journal to {@code file}, which is there when it is whole; until then
   * to {@code FILE.*.part} beside it. Of those that a killed backup has left, none stays that is
   * older than a day.
   */
  public JournalReport backup(Path file, Progress progress) {
    if (Files.exists(file)) {
      throw new BackupRefused(file + " is there already; name another file");
    }
    Path part = PartFile.of(file);
    try (Connection connection = open(";IFEXISTS=TRUE")) {
      PartFile.sweep(file, clock.instant());
      PartFile.create(part);
      try {
        JournalReport report;
        try (FileOutputStream out = new FileOutputStream(part.toFile());
            BackupFile.Writer writer = new BackupFile.Writer(out)) {
          report = write(connection, writer, progress);
          writer.end();
          out.getFD().sync();
        }
        giveName(part, file);
        return report;
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (FileAlreadyExistsException e) {
      throw new BackupRefused(
          file + " was written by somebody else meanwhile; name another file", e);
    } catch (IOException e) {
      throw new BackupRefused("cannot write %s: %s".formatted(part, StoreFailure.cause(e)), e);
    } catch (SQLException e) {
      throw refused(e);
    }
  }

  /** Unlike a move, a second name never takes another file's place. */
  private static void giveName(Path part, Path file) throws IOException {
    try {
      Files.createLink(file, part);
    } catch (FileAlreadyExistsException taken) {
      throw taken;
    } catch (UnsupportedOperationException | FileSystemException noLinksHere) {
      Files.move(part, file);
    }
  }

  private JournalReport write(Connection connection, BackupFile.Writer writer, Progress progress)
      throws SQLException, IOException {
    JournalRows rows = new JournalRows(connection, settings.embedded());
    BackupHeader header = rows.header(cluster, clock.instant());
    writer.header(header.toProto());
    Counted check = new Counted(header, progress);
    rows.events(
        row -> {
          check.event(row);
          writer.write(PBackupRecord.newBuilder().setEvent(row).build());
        });
    rows.snapshots(
        row -> {
          check.snapshot(row);
          writer.write(PBackupRecord.newBuilder().setSnapshot(row).build());
        });
    rows.usage(writer::write);
    return check.report();
  }

  /** Looks at every row of the journal itself. */
  public JournalReport verify(Progress progress) {
    try (Connection connection = open(";IFEXISTS=TRUE")) {
      JournalRows rows = new JournalRows(connection, settings.embedded());
      Counted check = new Counted(rows.header(cluster, clock.instant()), progress);
      rows.events(check::event);
      rows.snapshots(check::snapshot);
      return check.report();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw refused(e);
    }
  }

  /** Looks at every row of a backup, and at its checksum. */
  public static JournalReport verify(Path file, Progress progress) {
    try {
      return read(file, progress, row -> {}, row -> {}, row -> {});
    } catch (SQLException e) {
      throw new IllegalStateException("no database was asked", e);
    }
  }

  /** Makes the journal, which must be empty, the one that was backed up: all of it or nothing. */
  public JournalReport restore(Path file, Progress progress) {
    // Before anything is touched: whether it is whole.
    BackupHeader header = verify(file, (rows, of) -> {}).header();
    try {
      JournalStore.migrate(JournalStore.patient(settings), settings);
      try (Connection connection = open("");
          EmptyJournal journal = new EmptyJournal(connection, settings.embedded(), header)) {
        JournalReport report = read(file, progress, journal::add, journal::add, journal::addUsage);
        journal.commit();
        return report;
      }
    } catch (SQLException | FlywayException e) {
      throw refused(e);
    }
  }

  private interface Taker<T> {
    void take(T row) throws SQLException;
  }

  private static JournalReport read(
      Path file,
      Progress progress,
      Taker<PBackupEvent> events,
      Taker<PBackupSnapshot> snapshots,
      Taker<PBackupRecord> usage)
      throws SQLException {
    if (!Files.isRegularFile(file)) {
      throw BackupRefused.missing("there is no file " + file);
    }
    try (BackupFile.Reader reader = new BackupFile.Reader(file)) {
      PBackupHeader header = reader.header();
      Counted check = new Counted(BackupHeader.fromProto(header), progress);
      boolean later = false;
      for (PBackupRecord row = reader.next(); !row.hasEnd(); row = reader.next()) {
        if (row.hasEvent()) {
          check.event(row.getEvent());
          events.take(row.getEvent());
        } else if (row.hasSnapshot()) {
          check.snapshot(row.getSnapshot());
          snapshots.take(row.getSnapshot());
        } else if (row.hasUsage() || row.hasUsageGateway()) {
          usage.take(row);
        } else {
          // Its end tells whether it is only damaged.
          later = true;
        }
      }
      JournalReport report = check.whole();
      if (later) {
        throw new BackupRefused(
            file
                + " was made by a later version and holds something that this one does not know;"
                + " take it with that version");
      }
      return report;
    } catch (IOException | IllegalArgumentException e) {
      throw new BackupRefused(
          "%s is damaged or is no backup: %s; take an earlier one"
              .formatted(file, StoreFailure.cause(e)),
          e);
    }
  }

  /** A check that tells how far it is. */
  private static final class Counted {
    private final JournalCheck check = new JournalCheck();
    private final BackupHeader header;
    private final Progress progress;
    private long rows;

    Counted(BackupHeader header, Progress progress) {
      this.header = header;
      this.progress = progress;
    }

    void event(PBackupEvent row) {
      check.event(row);
      progress.at(++rows, header.events() + header.snapshots());
    }

    void snapshot(PBackupSnapshot row) {
      check.snapshot(row);
      progress.at(++rows, header.events() + header.snapshots());
    }

    JournalReport report() {
      return check.report(header);
    }

    JournalReport whole() throws IOException {
      JournalReport report = report();
      if (report.events() != header.events() || report.snapshots() != header.snapshots()) {
        throw new IOException("it holds another number of rows than its header says");
      }
      return report;
    }
  }

  private Connection open(String more) throws SQLException {
    return DriverManager.getConnection(
        settings.url() + (settings.embedded() ? more : ""),
        settings.properties(settings.answerLimit()));
  }

  private BackupRefused refused(Exception failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql) {
        if (sql.getErrorCode() == H2_IN_USE) {
          return new BackupRefused(
              "the journal is a file that a running node has open; end the node by './remuda down'"
                  + " first, or keep the journal in PostgreSQL, which can be read meanwhile");
        }
        // 42P01 of PostgreSQL and 42S02, 42S04 of H2: there is no such table.
        String state = sql.getSQLState() == null ? "" : sql.getSQLState();
        if (sql.getErrorCode() == H2_NO_FILE
            || state.equals("42P01")
            || state.equals("42S02")
            || state.equals("42S04")) {
          return BackupRefused.missing("there is no journal at " + settings.shown());
        }
      }
    }
    return new BackupRefused(
        "the journal's database %s: %s".formatted(settings.shown(), StoreFailure.cause(failure)),
        failure);
  }
}
