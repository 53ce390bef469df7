package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.registry.proto.backup.PBackupRecord;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup is the whole journal or none, and it is said what is wrong with either. */
@Tag("slow")
class JournalBackupTest {

  private static final JournalBackup.Progress SILENT = (rows, of) -> {};

  @TempDir Path data;

  private Path file;

  @BeforeEach
  void name() {
    file = data.resolve("a.backup");
  }

  @Test
  void aFileIsBackedUpAndRestoredIntoPostgresAndBack() throws Exception {
    JournalSettings first = embedded("first");
    JournalId id = prepare(first);
    // More than one page and one batch.
    new WrittenRows(first).scaled("long", 1_201);
    new WrittenRows(first).scaled("short", 2);
    execute(first, "INSERT INTO \"remuda_usage\" VALUES (1, 'k', 'acme', 'm', 2, 3, 4, 5, 6, 7)");
    execute(first, "INSERT INTO \"remuda_usage\" VALUES (2, '', '', 'm', 1, 0, 0, 5, 6, 0)");
    execute(first, "INSERT INTO \"remuda_usage_gateway\" VALUES ('g1', 17, 1000)");

    JournalReport written = of(first).backup(file, SILENT);

    assertThat(written.header().journal()).isEqualTo(id);
    assertThat(written.header().cluster()).isEqualTo("fleet");
    assertThat(written.events()).isEqualTo(1_203).isEqualTo(written.header().events());
    assertThat(written.names()).isEqualTo(2);
    assertThat(written.broken()).isEmpty();
    assertThat(JournalBackup.verify(file, SILENT)).isEqualTo(written);

    JournalSettings second = postgres();
    of(second).restore(file, SILENT);
    Path again = data.resolve("b.backup");
    JournalReport there = of(second).backup(again, SILENT);
    assertThat(there.header().journal()).isEqualTo(id);
    assertThat(there.events()).isEqualTo(1_203);
    JournalSettings third = embedded("third");
    of(third).restore(again, SILENT);

    assertThat(rows(third)).hasSize(1_203).isEqualTo(rows(first)).isEqualTo(rows(second));
    assertThat(usage(third))
        .hasSize(3)
        .isEqualTo(usage(first))
        .isEqualTo(usage(second))
        .last()
        .asString()
        .contains("g1", "17");
  }

  /** A journal of before has no such tables, and a backup of it has no such rows. */
  @Test
  void aJournalFromBeforeUsageWasKeptIsBackedUp() throws Exception {
    JournalSettings first = embedded("first");
    prepare(first);
    new WrittenRows(first).scaled("demo", 1);
    execute(first, "DROP TABLE \"remuda_usage\"");
    execute(first, "DROP TABLE \"remuda_usage_gateway\"");

    assertThat(of(first).backup(file, SILENT).events()).isEqualTo(1);

    JournalSettings second = embedded("second");
    assertThat(of(second).restore(file, SILENT).events()).isEqualTo(1);
    assertThat(usage(second)).isEmpty();
  }

  private static void execute(JournalSettings settings, String sql) throws SQLException {
    try (Connection connection = connect(settings);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> usage(JournalSettings settings) throws SQLException, IOException {
    List<String> all = new ArrayList<>();
    try (Connection connection = connect(settings)) {
      new JournalRows(connection, settings.embedded()).usage(row -> all.add(row.toString()));
    }
    return all;
  }

  @Test
  void theRestoredJournalGoesOnAboveAllNumbersThatMayHaveBeenGivenOut() throws Exception {
    JournalSettings first = embedded("first");
    prepare(first);
    new WrittenRows(first).scaled("demo", 3);
    of(first).backup(file, SILENT);
    // What came after the backup and is lost.
    long lostTerm;
    try (JournalStore store = new JournalStore(first)) {
      store.prepare();
      lostTerm = store.own("Model|demo").term();
    }
    for (JournalSettings target : new JournalSettings[] {embedded("second"), postgres()}) {
      of(target).restore(file, SILENT);
      try (JournalStore store = new JournalStore(target)) {
        store.prepare();
        long last = store.story().highest();
        new WrittenRows(target).scaled("next", 1);

        assertThat(store.own("Model|demo").term()).isGreaterThan(lostTerm + 1_000);
        assertThat(store.story().highest()).isGreaterThan(last + 1_000);
      }
    }
  }

  @Test
  void onlyAnEmptyJournalIsRestoredInto() throws Exception {
    JournalSettings first = embedded("first");
    prepare(first);
    new WrittenRows(first).scaled("demo", 3);
    of(first).backup(file, SILENT);
    for (JournalSettings target : new JournalSettings[] {embedded("second"), postgres()}) {
      JournalId id = prepare(target);

      assertThatThrownBy(() -> of(target).restore(file, SILENT))
          .isInstanceOf(BackupRefused.class)
          .hasMessageContaining("has been started on this journal");

      assertThat(of(target).verify(SILENT).header().journal()).isEqualTo(id);
      assertThat(of(target).verify(SILENT).events()).isZero();
    }
  }

  @Test
  void nothingIsRestoredOverWhatModelsWereUsedFor() throws Exception {
    JournalSettings first = embedded("first");
    prepare(first);
    of(first).backup(file, SILENT);
    JournalSettings target = embedded("second");
    JournalStore.migrate(JournalStore.patient(target), target);
    execute(target, "INSERT INTO \"remuda_usage_gateway\" VALUES ('g1', 17, 1000)");

    assertThatThrownBy(() -> of(target).restore(file, SILENT))
        .isInstanceOf(BackupRefused.class)
        .hasMessageContaining("has been started on this journal");
  }

  @Test
  void aBackupOfALaterVersionIsNotCalledDamaged() throws Exception {
    JournalSettings first = embedded("first");
    prepare(first);
    of(first).backup(file, SILENT);
    Path later = data.resolve("later.backup");
    try (BackupFile.Reader reader = new BackupFile.Reader(file);
        BackupFile.Writer writer = new BackupFile.Writer(Files.newOutputStream(later))) {
      writer.header(reader.header());
      UnknownFieldSet.Field some =
          UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.EMPTY).build();
      writer.write(
          PBackupRecord.newBuilder()
              .setUnknownFields(UnknownFieldSet.newBuilder().addField(99, some).build())
              .build());
      writer.end();
    }

    assertThatThrownBy(() -> of(embedded("target")).restore(later, SILENT))
        .isInstanceOf(BackupRefused.class)
        .hasMessageContaining("made by a later version")
        .hasMessageNotContaining("damaged");
  }

  @Test
  void damageAnywhereIsFoundAndNothingIsRestored() throws Exception {
    JournalSettings first = embedded("first");
    prepare(first);
    new WrittenRows(first).scaled("demo", 40);
    of(first).backup(file, SILENT);
    byte[] whole = Files.readAllBytes(file);
    JournalSettings target = embedded("target");

    for (int at = 12; at < whole.length; at += whole.length / 17) {
      byte[] bytes = whole.clone();
      bytes[at] ^= 0x10;
      Files.write(file, bytes);
      assertThatThrownBy(() -> of(target).restore(file, SILENT))
          .as("byte %d of %d", at, whole.length)
          .isInstanceOf(BackupRefused.class)
          .hasMessageContaining("damaged");
    }
    for (int length : new int[] {0, 5, whole.length / 2, whole.length - 1}) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> of(target).restore(file, SILENT))
          .isInstanceOf(BackupRefused.class)
          .hasMessageContaining("damaged");
    }
    Files.write(file, whole);
    assertThat(of(target).restore(file, SILENT).events()).isEqualTo(40);
  }

  @Test
  void eachBrokenNameIsNamedWithWhatIsWrongFirst() throws Exception {
    for (JournalSettings settings : new JournalSettings[] {embedded("first"), postgres()}) {
      prepare(settings);
      WrittenRows rows = new WrittenRows(settings);
      for (String name : Set.of("whole", "holed", "headless", "foreign", "other")) {
        rows.scaled(name, 6);
      }
      rows.delete("Model|holed", 3);
      rows.delete("Model|holed", 4);
      rows.delete("Model|headless", 1);
      change(settings, "\"event_payload\" = ?", "foreign", 2, new byte[] {-1});
      change(settings, "\"event_ser_id\" = 17, \"event_payload\" = ?", "other", 5, new byte[0]);

      JournalReport report = of(settings).verify(SILENT);

      assertThat(report.broken())
          .containsOnlyKeys("Model|holed", "Model|headless", "Model|foreign", "Model|other");
      assertThat(report.broken().get("Model|holed")).contains("events 3 to 4 of Model|holed");
      assertThat(report.broken().get("Model|headless")).contains("event 1 of Model|headless");
      assertThat(report.broken().get("Model|foreign")).contains("event 2 cannot be read");
      assertThat(report.broken().get("Model|other")).contains("serializer 17");
      // A backup holds it as it is.
      Files.deleteIfExists(file);
      of(settings).backup(file, SILENT);
      assertThat(JournalBackup.verify(file, SILENT).broken()).isEqualTo(report.broken());
    }
  }

  @Test
  void aSnapshotOfEventsThatAreMissingIsBroken() throws Exception {
    JournalSettings settings = embedded("first");
    prepare(settings);
    WrittenRows rows = new WrittenRows(settings);
    rows.scaled("cut", 3);
    rows.snapshot("cut", 3);
    rows.scaled("whole", 3);
    rows.snapshot("whole", 3);
    rows.delete("Model|cut", 3);

    JournalReport report = of(settings).backup(file, SILENT);

    assertThat(report.snapshots()).isEqualTo(2);
    assertThat(report.broken()).containsOnlyKeys("Model|cut");
    JournalSettings target = postgres();
    assertThat(of(target).restore(file, SILENT).snapshots()).isEqualTo(2);
  }

  @Test
  void whatIsWrittenMeanwhileIsNotInTheBackupAndNotHeldUp() throws Exception {
    JournalSettings settings = postgres();
    prepare(settings);
    WrittenRows rows = new WrittenRows(settings);
    rows.scaled("demo", 1_500);
    AtomicLong meanwhile = new AtomicLong();

    JournalReport report =
        of(settings)
            .backup(
                file,
                (row, of) -> {
                  if (row == 1) {
                    try {
                      rows.scaled("meanwhile", 1);
                    } catch (SQLException e) {
                      throw new IllegalStateException(e);
                    }
                    meanwhile.incrementAndGet();
                  }
                });

    assertThat(meanwhile).hasValue(1);
    assertThat(report.events()).isEqualTo(1_500);
    assertThat(report.names()).isEqualTo(1);
    assertThat(of(settings).verify(SILENT).events()).isEqualTo(1_501);
  }

  @Test
  void whereThereIsNothingItIsSaidAndNothingIsMade() {
    JournalSettings none = embedded("none");

    assertThat(refused(() -> of(none).backup(file, SILENT)).isMissing()).isTrue();
    assertThat(refused(() -> of(none).verify(SILENT)).isMissing()).isTrue();
    assertThat(refused(() -> of(postgres()).verify(SILENT)).isMissing()).isTrue();
    assertThat(refused(() -> JournalBackup.verify(file, SILENT)).isMissing()).isTrue();
    assertThat(file).doesNotExist();
    assertThat(data.resolve("none")).doesNotExist();
  }

  @Test
  void anotherFileIsNeverWrittenOver() throws Exception {
    JournalSettings settings = embedded("first");
    prepare(settings);
    Files.writeString(file, "mine");

    assertThat(refused(() -> of(settings).backup(file, SILENT))).hasMessageContaining("already");
    assertThat(file).hasContent("mine");
  }

  @Test
  void aFileThatANodeHasOpenIsRefusedWithWhatToDo() throws Exception {
    JournalSettings settings = embedded("first");
    prepare(settings);
    Path database = data.resolve("first/db/remuda.mv.db");
    assertThat(database).exists();
    // As another process locks it.
    try (FileChannel channel = FileChannel.open(database, StandardOpenOption.WRITE);
        var lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThat(refused(() -> of(settings).backup(file, SILENT)))
          .hasMessageContaining("a running node has open")
          .hasMessageContaining("remuda down");
      assertThat(refused(() -> of(settings).verify(SILENT))).hasMessageContaining("has open");
    }
  }

  private static BackupRefused refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(BackupRefused.class, call);
  }

  private static JournalBackup of(JournalSettings settings) {
    return new JournalBackup(settings, "fleet", Clock.systemUTC());
  }

  private static JournalId prepare(JournalSettings settings) throws SQLException {
    try (JournalStore store = new JournalStore(settings)) {
      return store.prepare();
    }
  }

  private static void change(
      JournalSettings settings, String what, String name, long number, byte[] bytes)
      throws SQLException {
    try (Connection connection = connect(settings);
        var statement =
            connection.prepareStatement(
                "UPDATE \"event_journal\" SET "
                    + what
                    + " WHERE \"persistence_id\" = ? AND \"sequence_number\" = ?")) {
      statement.setBytes(1, bytes);
      statement.setString(2, PersistenceIds.model(name));
      statement.setLong(3, number);
      assertThat(statement.executeUpdate()).isEqualTo(1);
    }
  }

  /** Each event by its place. */
  private static Map<Long, String> rows(JournalSettings settings) throws SQLException, IOException {
    Map<Long, String> all = new HashMap<>();
    try (Connection connection = connect(settings)) {
      new JournalRows(connection, settings.embedded())
          .events(row -> all.put(row.getOrdering(), row.toString()));
    }
    return all;
  }

  private static Connection connect(JournalSettings settings) throws SQLException {
    return DriverManager.getConnection(settings.url(), settings.user(), settings.password());
  }

  private JournalSettings embedded(String folder) {
    return JournalSettings.from(ConfigFactory.load(), data.resolve(folder));
  }

  private JournalSettings postgres() {
    PostgresServer server = PostgresServer.shared();
    return JournalSettings.from(
        ConfigFactory.parseMap(
                Map.of(
                    "remuda.journal.url",
                    server.newDatabase(),
                    "remuda.journal.user",
                    server.user(),
                    "remuda.journal.password",
                    server.password()))
            .withFallback(ConfigFactory.load()),
        data);
  }
}
