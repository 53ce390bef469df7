package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.model.EventView;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal as the fleet's story: whole, and by deployment, machine or key. */
class EventPagesTest {

  @TempDir static Path data;

  private static TestRegistry registry;

  @BeforeAll
  static void start() {
    // Small pages, so that one key's events lie on several of them.
    registry = TestRegistry.start(data, Map.of("remuda.journal.page-limit", 3)).awaitReady();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @Test
  void aKeysEventsAreFoundAmongThoseOfAllKeys() {
    registry.createKey(key("first1"));
    for (int i = 0; i < 8; i++) {
      registry.createKey(key("other" + i));
    }
    registry.revokeKey(new KeyId("first1"));

    List<EventView> story = registry.events(0, Optional.of("first1"), Duration.ZERO);

    assertThat(story).extracting(EventView::kind).containsExactly("KeyCreated", "KeyRevoked");
    assertThat(story).allMatch(event -> event.subject().equals("first1"));
    assertThat(registry.events(story.get(0).offset(), Optional.of("first1"), Duration.ZERO))
        .extracting(EventView::kind)
        .containsExactly("KeyRevoked");
  }

  @Test
  void aReaderWhoWaitsForAKeyIsGivenItsNextEvent() {
    registry.createKey(key("waited"));
    List<EventView> before = registry.events(0, Optional.of("waited"), Duration.ZERO);
    registry.revokeKey(new KeyId("waited"));

    assertThat(
            registry.events(before.get(0).offset(), Optional.of("waited"), Duration.ofSeconds(5)))
        .extracting(EventView::kind)
        .containsExactly("KeyRevoked");
  }

  @Test
  void whoChangedTheFleetIsToldByItselfAndInTheWholeStory() {
    registry.createKey(key("beside"));
    for (int i = 0; i < 5; i++) {
      assertThat(registry.keep(deed("/v1/deployments/" + i)).refused()).isEmpty();
    }

    Optional<String> audit = Optional.of(AuditProtocol.SUBJECT);
    List<EventView> first = registry.events(0, audit, Duration.ZERO);
    List<EventView> second = registry.events(first.get(2).offset(), audit, Duration.ZERO);

    assertThat(first).hasSize(3).extracting(EventView::kind).containsOnly("Operated");
    assertThat(second)
        .extracting(event -> event.details().get("path"))
        .containsExactly("/v1/deployments/3", "/v1/deployments/4");
    assertThat(second.get(0).text())
        .isEqualTo("ci of acme: PUT /v1/deployments/3 was answered 202");
    assertThat(registry.events(first.get(0).offset() - 1, Optional.empty(), Duration.ZERO))
        .as("the whole story")
        .contains(first.get(0));
    assertThat(registry.events(0, Optional.of("beside"), Duration.ZERO))
        .extracting(EventView::kind)
        .containsExactly("KeyCreated");
  }

  private static AuditProtocol.Deed deed(String path) {
    return new AuditProtocol.Deed(
        "req-1",
        "ci",
        Optional.of("acme"),
        "PUT /v1/deployments/{name}",
        path,
        202,
        Optional.empty());
  }

  @Test
  void pagesAreAsLongAsAskedForAndGoOnWhereTheLastOneEnded() {
    registry.deploy(aSpec().named("paged").replicas(0).build());
    for (int i = 1; i <= 5; i++) {
      registry.scale("paged", i % 2 == 0 ? 0 : i);
    }

    List<EventView> first = registry.events(0, Optional.of("paged"), Duration.ZERO);
    List<EventView> second =
        registry.events(first.get(2).offset(), Optional.of("paged"), Duration.ZERO);

    assertThat(first).hasSize(3);
    assertThat(second).hasSize(3).allMatch(event -> event.offset() > first.get(2).offset());
  }

  private static AccessProtocol.ApiKey key(String id) {
    return new AccessProtocol.ApiKey(
        new KeyId(id),
        id,
        "hash-" + id,
        Set.of(AccessProtocol.Scope.INFER),
        Set.of(),
        Instant.EPOCH,
        Optional.empty(),
        false,
        0);
  }
}
