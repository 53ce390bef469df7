package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.RecentRequest;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is known of requests after their end. */
class RecentRequestsTest {

  private static final String CHAT = "/v1/chat/completions";

  @Test
  void theOldestMakeRoomForTheNewest() {
    RecentRequests recent = new RecentRequests(3);
    for (int i = 0; i < 5; i++) {
      recent.add(request("r-" + i, i));
    }

    assertThat(recent.find("r-1")).isEmpty();
    assertThat(recent.find("r-2")).hasSize(1);
    assertThat(recent.find("r-4")).hasSize(1);
  }

  @Test
  void ofOneIdTheNewestComesFirst() {
    RecentRequests recent = new RecentRequests(3);
    recent.add(request("same", 1));
    recent.add(request("same", 2));

    assertThat(recent.find("same")).extracting(RecentRequest::millis).containsExactly(2L, 1L);
  }

  /** Clients choose the ids: one that gives all its requests the same asks for no long answers. */
  @Test
  void ofOneIdTheNewestTwentyAreTold() {
    RecentRequests recent = new RecentRequests(30);
    for (int i = 0; i < 25; i++) {
      recent.add(request("same", i));
    }

    assertThat(recent.find("same")).hasSize(20);
    assertThat(recent.find("same").get(0).millis()).isEqualTo(24);
  }

  @Test
  void aRequestThatWasTriedTwiceTellsBothTries() {
    try (EdgeFixture fixture = new EdgeFixture();
        ScriptedEngine full =
            ScriptedEngine.start((seen, wire) -> wire.json(429, "{\"error\":\"full\"}"));
        ScriptedEngine free = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"))) {
      fixture.ready("bench-1", full.port());
      fixture.ready("bench-2", free.port());

      Optional<RecentRequest> twice = Optional.empty();
      for (int i = 0; i < 50 && twice.isEmpty(); i++) {
        twice = Optional.of(sent(fixture, "mine-" + i)).filter(one -> one.tries().size() == 2);
      }
      RecentRequest found = twice.orElseThrow();

      assertThat(found.model()).isEqualTo("bench");
      assertThat(found.path()).isEqualTo(CHAT);
      assertThat(found.outcome()).isEqualTo("ok");
      assertThat(found.firstByteMillis()).isBetween(0L, found.millis());
      assertThat(found.tries())
          .extracting(one -> one.instance() + " " + one.outcome())
          .containsExactly("bench-1 busy", "bench-2 answered");
    }
  }

  @Test
  void aRequestForAModelThatIsNotThereIsKnownTooWithoutItsName() {
    try (EdgeFixture fixture = new EdgeFixture()) {
      fixture.routes.warm();
      fixture.post(CHAT, "{\"model\":\"nobodys\"}", "x-request-id", "lost");

      Eventually.passes(
          "it is kept",
          Duration.ofSeconds(10),
          () -> assertThat(fixture.handler.recent().find("lost")).hasSize(1));
      RecentRequest found = fixture.handler.recent().find("lost").get(0);
      assertThat(found.outcome()).isEqualTo("model_not_found");
      assertThat(found.model()).isEmpty();
      assertThat(found.firstByteMillis()).isEqualTo(-1);
      assertThat(found.tries()).isEmpty();
    }
  }

  private static RecentRequest sent(EdgeFixture fixture, String id) {
    assertThat(fixture.post(CHAT, "{\"model\":\"bench\"}", "x-request-id", id).statusCode())
        .isEqualTo(200);
    Eventually.passes(
        "it is kept",
        Duration.ofSeconds(10),
        () -> assertThat(fixture.handler.recent().find(id)).hasSize(1));
    return fixture.handler.recent().find(id).get(0);
  }

  private static RecentRequest request(String id, long millis) {
    return new RecentRequest(
        id,
        "",
        CHAT,
        "bench",
        "ok",
        Instant.EPOCH.plusMillis(millis),
        millis,
        millis,
        0,
        0,
        0,
        List.of(),
        Optional.empty());
  }
}
