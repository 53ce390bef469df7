package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.id.LeaseId;
import io.remuda.registry.lease.LeaseEvent.LeaseClosed;
import io.remuda.registry.lease.LeaseEvent.LeaseEnded;
import io.remuda.registry.lease.LeaseState.Cause;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases that are over are forgotten, and nothing else is. */
class EndedLeasesTest {

  /** Rows of {@link WrittenRows} say that they were written at the first millisecond of time. */
  private static final Instant WRITTEN = Instant.ofEpochMilli(1);

  private static final Instant LATER = WRITTEN.plusMillis(1);

  @TempDir Path data;

  private JournalStore store;
  private WrittenRows rows;

  @BeforeEach
  void open() throws SQLException {
    JournalSettings settings = JournalSettings.from(ConfigFactory.load(), data);
    store = new JournalStore(settings);
    store.prepare();
    rows = new WrittenRows(settings);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void oneThatIsOverForLongEnoughIsForgottenWithAllItsEvents() throws SQLException {
    closed("over");
    ended("ending");
    rows.scaled("demo", 3);

    assertThat(forget(WRITTEN)).as("not yet").isZero();
    assertThat(forget(LATER)).isEqualTo(1);

    assertThat(store.names().ended()).isEmpty();
    assertThat(store.names().open())
        .extracting(JournalStore.Named::persistenceId)
        .containsExactlyInAnyOrder(lease("ending"), PersistenceIds.model("demo"));
    assertThat(store.own(lease("over")).last()).as("of the next one under this id").isZero();
    assertThat(forget(LATER)).as("again").isZero();
  }

  @Test
  void onesSnapshotsGoARoundEarlierThanItsEvents() throws SQLException {
    closed("long");
    snapshot("long", 1);

    assertThat(forget(LATER)).isZero();
    assertThat(store.names().ended()).as("its events").hasSize(1);
    assertThat(forget(LATER)).isEqualTo(1);

    assertThat(store.names().ended()).isEmpty();
  }

  @Test
  void whatWasWrittenSinceStays() throws SQLException {
    closed("again");
    var before = store.names().ended();
    store.endedLeases().forget(before, LATER);
    ended("again");

    store.endedLeases().forget(before, LATER);

    assertThat(store.own(lease("again")).last()).isEqualTo(1);
  }

  private int forget(Instant before) throws SQLException {
    return store.endedLeases().forget(store.names().ended(), before);
  }

  private void closed(String id) throws SQLException {
    ended(id);
    rows.event(lease(id), 2, new LeaseClosed(new LeaseId(id), WRITTEN));
  }

  private void ended(String id) throws SQLException {
    rows.event(lease(id), 1, new LeaseEnded(new LeaseId(id), Cause.RELEASED, "released", WRITTEN));
  }

  private static String lease(String id) {
    return PersistenceIds.lease(id);
  }

  private void snapshot(String id, long number) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                store.settings().url(), store.settings().user(), store.settings().password());
        PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO "snapshot" ("persistence_id", "sequence_number", "created",
                  "snapshot_ser_id", "snapshot_ser_manifest", "snapshot_payload")
                VALUES (?, ?, 1, 1, 'ls1', ?)
                """)) {
      insert.setString(1, lease(id));
      insert.setLong(2, number);
      insert.setBytes(3, new byte[0]);
      insert.executeUpdate();
    }
  }
}
