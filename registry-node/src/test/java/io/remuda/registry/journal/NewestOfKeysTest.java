package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.model.EventView;
import io.remuda.registry.access.AccessEvent.KeyRevoked;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The last events of one key, among those of all keys, which share one numbering. */
class NewestOfKeysTest {

  @TempDir Path data;

  private JournalStore store;
  private WrittenRows rows;

  @BeforeEach
  void write() throws Exception {
    // Small pages, so that the keys' events lie on several of them.
    JournalSettings settings =
        JournalSettings.from(
            ConfigFactory.parseMap(Map.of("remuda.journal.page-limit", 3))
                .withFallback(ConfigFactory.load()),
            data);
    store = new JournalStore(settings);
    store.prepare();
    rows = new WrittenRows(settings);
    long number = 0;
    for (String key :
        List.of("first1", "first1", "other1", "first1", "late01", "first1", "late01")) {
      rows.event(PersistenceIds.access(), ++number, new KeyRevoked(new KeyId(key), Instant.EPOCH));
    }
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void whatIsAnotherKeysIsNotMissing() throws Exception {
    assertThat(texts(100, "late01")).containsExactly("key late01 revoked", "key late01 revoked");
    assertThat(texts(1, "late01")).containsExactly("key late01 revoked");
    assertThat(texts(100, "other1")).containsExactly("key other1 revoked");
    assertThat(texts(3, "first1")).hasSize(3).containsOnly("key first1 revoked");
  }

  @Test
  void whatIsMissingIsToldWithTheOneAfterIt() throws Exception {
    rows.delete(PersistenceIds.access(), 1);
    rows.delete(PersistenceIds.access(), 2);
    rows.delete(PersistenceIds.access(), 4);

    assertThat(texts(100, "late01"))
        .satisfiesExactly(
            first -> assertThat(first).contains("event 4 of"),
            second -> assertThat(second).doesNotContain("missing"));
    assertThat(texts(100, "other1"))
        .singleElement()
        .satisfies(only -> assertThat(only).contains("events 1 to 2 of"));
  }

  private List<String> texts(int limit, String key) throws Exception {
    return store.story().newest(limit, Optional.of(key)).stream().map(EventView::text).toList();
  }
}
