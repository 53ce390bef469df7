package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.EventView;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal read as a story: pages that a message bears, and what is missing from it. */
class JournalStoryTest {

  /** What Artery carries in one message. */
  private static final int FRAME_BYTES = 256 * 1024;

  @TempDir Path data;

  private JournalStore store;
  private WrittenRows rows;

  @BeforeEach
  void open() throws Exception {
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
  void aPageOfLongEventsFitsIntoAMessageAndTheNextOneGoesOn() throws Exception {
    int written = 700;
    for (int i = 1; i <= written; i++) {
      rows.event(
          PersistenceIds.model("long"),
          i,
          new InstanceEnded(InstanceId.of("long-" + i), true, "x".repeat(990), Instant.EPOCH));
    }

    List<Long> all = new ArrayList<>();
    List<Long> ofSubject = new ArrayList<>();
    int pages = 0;
    for (long after = 0; all.size() < written; pages++) {
      List<EventView> page = store.story().page(after, 1000, 0).events();
      assertThat(page).isNotEmpty();
      assertThat(page.stream().mapToInt(EventView::size).sum()).isLessThan(FRAME_BYTES / 2);
      page.forEach(event -> all.add(event.offset()));
      after = all.get(all.size() - 1);
    }
    for (long after = 0; ofSubject.size() < written; ) {
      List<EventView> page = store.story().page(after, 1000, "long").events();
      assertThat(page.stream().mapToInt(EventView::size).sum()).isLessThan(FRAME_BYTES / 2);
      page.forEach(event -> ofSubject.add(event.offset()));
      after = ofSubject.get(ofSubject.size() - 1);
    }

    assertThat(pages).isGreaterThan(1);
    assertThat(all).doesNotHaveDuplicates().isSorted().hasSize(written);
    assertThat(ofSubject).isEqualTo(all);
    List<EventView> newest = store.story().newest(1000, Optional.of("long"));
    assertThat(newest.get(newest.size() - 1).offset()).isEqualTo(all.get(written - 1));
    assertThat(newest.stream().mapToInt(EventView::size).sum()).isLessThan(FRAME_BYTES / 2);
  }

  @Test
  void eventsThatAreMissingAreToldOfWithTheOneAfterThem() throws Exception {
    rows.scaled("whole", 3);
    rows.scaled("holed", 6);
    rows.delete(PersistenceIds.model("holed"), 3);
    rows.delete(PersistenceIds.model("holed"), 4);

    assertThat(store.story().page(0, 100, "holed").events())
        .filteredOn(event -> event.text().contains("missing"))
        .singleElement()
        .satisfies(
            event -> assertThat(event.text()).contains("scaled to 5").contains("events 3 to 4 of"));
    assertThat(store.story().newest(100, Optional.empty()))
        .filteredOn(event -> event.text().contains("missing"))
        .singleElement()
        .satisfies(event -> assertThat(event.subject()).isEqualTo("holed"));
    long beforeLast = store.story().newest(1, Optional.of("whole")).get(0).offset();
    assertThat(store.story().page(beforeLast, 1, "holed").events())
        .singleElement()
        .satisfies(event -> assertThat(event.text()).doesNotContain("missing"));
  }

  @Test
  void aFirstEventThatIsMissingIsToldOfToo() throws Exception {
    rows.scaled("holed", 3);
    rows.delete(PersistenceIds.model("holed"), 1);

    assertThat(store.story().newest(100, Optional.of("holed")).get(0).text())
        .contains("event 1 of");
  }

  @Test
  void findsEventsByTheirNumber() throws Exception {
    rows.scaled("many", 9);

    assertThat(store.story().numbered(PersistenceIds.model("many"), Set.of(2L, 5L, 77L)))
        .extracting(EventView::text)
        .containsExactlyInAnyOrder("many scaled to 2", "many scaled to 5");
  }
}
