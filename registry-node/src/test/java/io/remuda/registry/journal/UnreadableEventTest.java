package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.model.EventView;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An event that cannot be read is there all the same. */
class UnreadableEventTest {

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
  void isToldAsWhatItIsAndNotAsMissing() throws Exception {
    rows.scaled("demo", 4);
    rows.scaled("other", 2);
    spoil(PersistenceIds.model("demo"), 2);

    for (List<EventView> story :
        List.of(
            store.story().page(0, 100, "demo").events(),
            store.story().newest(100, Optional.of("demo")))) {
      assertThat(story).extracting(EventView::text).noneMatch(text -> text.contains("missing"));
      assertThat(story)
          .extracting(EventView::kind)
          .containsExactly(
              "DeploymentScaled", "Unreadable", "DeploymentScaled", "DeploymentScaled");
    }
  }

  @Test
  void whatIsMissingBesideItIsToldStill() throws Exception {
    rows.scaled("demo", 5);
    spoil(PersistenceIds.model("demo"), 2);
    rows.delete(PersistenceIds.model("demo"), 3);

    for (List<EventView> story :
        List.of(
            store.story().page(0, 100, "demo").events(),
            store.story().newest(2, Optional.of("demo")),
            store.story().newest(3, Optional.of("demo")))) {
      assertThat(story)
          .filteredOn(event -> event.text().contains("missing"))
          .as("of what was asked for: " + story)
          .hasSizeLessThanOrEqualTo(1)
          .allSatisfy(event -> assertThat(event.text()).contains("event 3 of"));
    }
    assertThat(store.story().newest(3, Optional.of("demo")))
        .filteredOn(event -> event.text().contains("missing"))
        .hasSize(1);
  }

  @Test
  void oneOfTheKeysIsNobodysAndMissingToNone() throws Exception {
    rows.scaled("demo", 3);
    rows.execute(
        "UPDATE \"event_journal\" SET \"persistence_id\" = '%s'"
            .formatted(PersistenceIds.access()));
    spoil(PersistenceIds.access(), 2);

    for (List<EventView> story :
        List.of(
            store.story().page(0, 100, "demo").events(),
            store.story().newest(100, Optional.of("demo")))) {
      assertThat(story)
          .extracting(EventView::text)
          .containsExactly("demo scaled to 1", "demo scaled to 3");
    }
  }

  private void spoil(String persistenceId, long number) throws Exception {
    rows.execute(
        "UPDATE \"event_journal\" SET \"event_payload\" = X'FF' WHERE \"persistence_id\" = '%s' AND \"sequence_number\" = %d"
            .formatted(persistenceId, number));
  }
}
