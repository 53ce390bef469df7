package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal that is a file serves one registry node and no second one. */
class EmbeddedJournalTest {

  @TempDir Path data;

  @Test
  void aSecondRegistryNodeWithAFileOfItsOwnIsRefused() {
    try (TestRegistry first = TestRegistry.start(data.resolve("a")).awaitReady()) {
      String contact = first.node().host().settings().contact().toString();
      try (TestRegistry second =
          TestRegistry.start(
              data.resolve("b"),
              Map.of("remuda.cluster.form", false, "remuda.cluster.seeds", List.of(contact)))) {
        Eventually.isTrue(
            "the second one ends and says why",
            Duration.ofSeconds(60),
            () -> second.node().status().isRefusedEmbedded());
        String why = second.node().status().notReadyBecause().orElseThrow();
        assertThat(why).contains("embedded").contains("REMUDA_JOURNAL_URL");
        // Not the code by which a launcher starts it again, only to be refused again.
        Eventually.isTrue("it ends", Duration.ofSeconds(60), second.end()::isDone);
        assertThat(second.end()).isCompletedWithValue(new RegistryNode.End(1, why));
      }
      assertThat(first.node().status().isReady()).isTrue();
    }
  }

  @Test
  void anExplanationEndsWithTheNewestOfALongHistory() {
    try (TestRegistry registry =
        TestRegistry.start(data, Map.of("remuda.journal.page-limit", 5)).awaitReady()) {
      registry.deploy(aSpec().named("long").replicas(0).build());
      for (int i = 1; i <= 12; i++) {
        registry.scale("long", i);
      }

      List<EventView> history = registry.explain("long").explanation().orElseThrow().history();

      assertThat(history).hasSize(5).isSortedAccordingTo(Comparator.comparing(EventView::offset));
      long last = history.get(4).offset();
      assertThat(registry.events(last, Optional.of("long"), Duration.ZERO)).isEmpty();
    }
  }

  @Test
  void theAddressOfAnotherKindOfDatabaseIsRefusedWithoutItsPassword() {
    assertThatThrownBy(
            () ->
                JournalSettings.from(
                    ConfigFactory.parseMap(
                            Map.of("remuda.journal.url", "jdbc:mysql://u:secret@h/d"))
                        .withFallback(ConfigFactory.load()),
                    data))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("jdbc:postgresql:")
        .hasMessageNotContaining("secret");
  }
}
