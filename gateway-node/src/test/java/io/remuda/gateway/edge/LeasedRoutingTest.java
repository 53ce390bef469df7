package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseView;
import io.remuda.protocol.model.LeaseView.State;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests under a lease go to its instances, with its token; all others go to none of them. */
class LeasedRoutingTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY = "{\"model\":\"chat\",\"messages\":[]}";
  private static final String LEASE = "x-remuda-lease";
  private static final Duration SOON = Duration.ofSeconds(30);

  private final EdgeFixture fixture = new EdgeFixture();
  private final ScriptedEngine own =
      ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"by\":\"own\"}"));
  private final ScriptedEngine open =
      ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"by\":\"open\"}"));

  @AfterEach
  void close() {
    fixture.close();
    own.close();
    open.close();
  }

  @Test
  void underAnothersLeaseACallerIsToldWhatItWouldBeToldOfNone() {
    Authenticator keys =
        (token, endpoint) ->
            Authenticator.Decision.allowed(
                token, Optional.empty(), model -> true, lease -> lease.value().equals(token));
    try (EdgeFixture keyed = new EdgeFixture("", keys, Optional.empty())) {
      keyed.leased("chat-1", own.port(), "ls-1");

      HttpResponse<String> others = keyed.post(CHAT, BODY, LEASE, "ls-1.7", "x-api-key", "ls-2");
      HttpResponse<String> none = keyed.post(CHAT, BODY, LEASE, "ls-3.7", "x-api-key", "ls-2");
      HttpResponse<String> addressed =
          keyed.post("/leases/ls-1.7" + CHAT, BODY, "x-api-key", "ls-2");
      HttpResponse<String> owners = keyed.post(CHAT, BODY, LEASE, "ls-1.7", "x-api-key", "ls-1");

      assertThat(others.statusCode()).isEqualTo(404);
      assertThat(others.body()).contains("not_found").doesNotContain("ls-1");
      assertThat(none.statusCode()).isEqualTo(404);
      assertThat(addressed.statusCode()).isEqualTo(404);
      assertThat(owners.statusCode()).isEqualTo(200);
      assertThat(own.seen()).hasSize(1);
      assertThat(keyed.looked).isEmpty();
    }
  }

  @Test
  void oneUnderALeaseGoesToItsInstanceWithItsToken() {
    fixture.leased("chat-1", own.port(), "ls-1");
    fixture.ready("chat-2", open.port());

    for (int n = 0; n < 5; n++) {
      assertThat(fixture.post(CHAT, BODY, LEASE, "ls-1.7").body()).isEqualTo("{\"by\":\"own\"}");
    }

    assertThat(own.seen()).hasSize(5);
    assertThat(own.seen().get(0).headers()).containsEntry(LEASE, "ls-1.7");
    assertThat(open.seen()).isEmpty();
    assertThat(fixture.looked).as("nobody is asked for what the routes tell").isEmpty();
  }

  @Test
  void anAddressUnderALeaseIsAsGoodAsItsHeader() {
    fixture.leased("chat-1", own.port(), "ls-1");

    assertThat(fixture.post("/leases/ls-1.7" + CHAT, BODY).statusCode()).isEqualTo(200);
    assertThat(fixture.post("//leases//ls-1.7/" + CHAT + "/", BODY, LEASE, "ls-1.7").statusCode())
        .isEqualTo(200);

    assertThat(own.seen()).hasSize(2);
    assertThat(own.seen())
        .allSatisfy(seen -> assertThat(seen.path()).isEqualTo("/i/chat-1" + CHAT))
        .allSatisfy(seen -> assertThat(seen.headers()).containsEntry(LEASE, "ls-1.7"));
  }

  @Test
  void everybodysRequestsAvoidWhatIsLeased() {
    fixture.leased("chat-1", own.port(), "ls-1");
    fixture.ready("chat-2", open.port());

    for (int n = 0; n < 20; n++) {
      assertThat(fixture.post(CHAT, BODY).body()).isEqualTo("{\"by\":\"open\"}");
    }

    assertThat(own.seen()).isEmpty();
    assertThat(open.seen().get(0).headers()).doesNotContainKey(LEASE);
  }

  @Test
  void whereEveryInstanceIsLeasedTheRestIsToldSo() {
    fixture.leased("chat-1", own.port(), "ls-1");

    HttpResponse<String> answer = fixture.post(CHAT, BODY);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("model_not_ready").contains("every instance");
    assertThat(answer.headers().firstValue("retry-after")).isPresent();
    assertThat(own.seen()).isEmpty();
  }

  @Test
  void whoeverIsHeldGetsTheInstanceWhenItsLeaseEnds() throws Exception {
    fixture.leased("chat-1", own.port(), "ls-1");

    try (Wire client = fixture.wire()) {
      client.post(CHAT, BODY, "x-remuda-wait: 20");
      fixture.ready("chat-1", own.port());
      assertThat(client.until("{\"by\":\"own\"}")).contains("200");
    }
  }

  @Test
  void oneOfAnotherLeaseNeverReachesTheInstance() {
    fixture.leased("chat-1", own.port(), "ls-1");
    fixture.ready("chat-2", open.port());

    HttpResponse<String> answer = fixture.post(CHAT, BODY, LEASE, "ls-2.9");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("not_found").contains("ls-2");
    assertThat(own.seen()).isEmpty();
    assertThat(open.seen()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void aStaleTokenIsToldAtOnceAndTriedNowhereElse(String retry) {
    try (ScriptedEngine stale =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.raw(
                    "HTTP/1.1 409 Conflict\r\nx-remuda-refused: stale_lease\r\nx-remuda-retry: "
                        + retry
                        + "\r\ncontent-length: 9\r\n\r\nnot yours"))) {
      fixture.leased("chat-1", stale.port(), "ls-1");
      fixture.leased("chat-2", stale.port(), "ls-1");
      fixture.ready("chat-3", open.port());
      fixture.leases.put(
          new LeaseId("ls-1"), Reply.of(lease(State.READY, 7, Optional.of("chat-1"))));

      HttpResponse<String> answer = fixture.post(CHAT, BODY, LEASE, "ls-1.6");

      assertThat(answer.statusCode()).isEqualTo(409);
      assertThat(answer.body()).contains("stale_lease").contains("not held under this token");
      assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
      assertThat(stale.seen()).hasSize(1);
      assertThat(open.seen()).isEmpty();
    }
  }

  /** Its holder was told of the move before this gateway heard of it. */
  @Test
  void aMoveThatIsNotHeardOfYetIsAskedForBeforeTheHolderIsTurnedAway() {
    try (ScriptedEngine former =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.raw(
                    "HTTP/1.1 409 Conflict\r\nx-remuda-refused: stale_lease\r\nx-remuda-retry: false"
                        + "\r\ncontent-length: 9\r\n\r\nnot yours"))) {
      fixture.leased("chat-1", former.port(), "ls-1");
      fixture.ready("chat-2", own.port());
      fixture.leases.put(
          new LeaseId("ls-1"), Reply.of(lease(State.READY, 8, Optional.of("chat-2"))));

      HttpResponse<String> answer = fixture.post(CHAT, BODY, LEASE, "ls-1.8");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(former.seen()).hasSize(1);
      assertThat(own.seen()).hasSize(1);
    }
  }

  @Test
  void anInstanceWithoutRoomIsNotReplacedByEverybodysAndNobodyWaits() {
    try (ScriptedEngine full =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.raw(
                    "HTTP/1.1 429 Busy\r\nx-remuda-refused: busy\r\nx-remuda-retry: true\r\n"
                        + "content-length: 4\r\n\r\nfull"))) {
      fixture.leased("chat-1", full.port(), "ls-1");
      fixture.ready("chat-2", open.port());

      HttpResponse<String> answer =
          fixture.post(CHAT, BODY, LEASE, "ls-1.7", "x-remuda-wait", "20");

      assertThat(answer.statusCode()).isEqualTo(429);
      assertThat(open.seen()).isEmpty();
    }
  }

  @Test
  void ofTwoInstancesOfALeaseTheOtherOneIsTried() {
    try (ScriptedEngine full =
        ScriptedEngine.start(
            (seen, wire) ->
                wire.raw(
                    "HTTP/1.1 503 Not yet\r\nx-remuda-refused: model_not_ready\r\n"
                        + "x-remuda-retry: true\r\ncontent-length: 4\r\n\r\nsoon"))) {
      fixture.leased("chat-1", full.port(), "ls-1");
      fixture.leased("chat-2", own.port(), "ls-1");

      assertThat(fixture.post(CHAT, BODY, LEASE, "ls-1.7").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aLeaseThatNoRouteTellsOfIsLookedUpOnce() {
    fixture.ready("chat-1", own.port());
    fixture.ready("chat-2", open.port());
    fixture.leases.put(new LeaseId("ls-1"), Reply.of(lease(State.READY, 7, Optional.of("chat-1"))));

    HttpResponse<String> answer = fixture.post("/leases/ls-1.7" + CHAT, BODY);

    assertThat(answer.body()).isEqualTo("{\"by\":\"own\"}");
    assertThat(own.seen().get(0).headers()).containsEntry(LEASE, "ls-1.7");
    assertThat(fixture.looked).containsExactly(new LeaseId("ls-1"));
  }

  @Test
  void newsOfANewInstanceAreWaitedForAndNotForEver() throws Exception {
    fixture.leases.put(new LeaseId("ls-1"), Reply.of(lease(State.READY, 7, Optional.of("chat-1"))));

    try (Wire client = fixture.wire()) {
      client.post(CHAT, BODY, LEASE + ": ls-1.7");
      Eventually.isTrue("it is looked up", SOON, () -> !fixture.looked.isEmpty());
      fixture.leased("chat-1", own.port(), "ls-1");
      assertThat(client.until("{\"by\":\"own\"}")).contains("200");
    }
    try (EdgeFixture impatient =
        new EdgeFixture(
            "inference.lease-route-wait = 100ms", Authenticator.OPEN, Optional.empty())) {
      impatient.leases.putAll(fixture.leases);

      HttpResponse<String> answer = impatient.post(CHAT, BODY, LEASE, "ls-1.7");

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("model_not_ready").contains("chat-1");
      assertThat(answer.headers().firstValue("retry-after")).isPresent();
    }
  }

  @Test
  void anAliasThatIsHeardOfLateIsItsModelToTheInstanceToo() throws Exception {
    fixture.leases.put(
        new LeaseId("ls-1"), Reply.of(lease(State.READY, 7, Optional.of("chat-v1-1"))));

    try (Wire client = fixture.wire()) {
      client.post(CHAT, BODY, LEASE + ": ls-1.7");
      Eventually.isTrue("it is looked up", SOON, () -> !fixture.looked.isEmpty());
      fixture.leased("chat-v1-1", own.port(), "ls-1");
      fixture.alias("chat", "chat-v1");
      assertThat(client.until("{\"by\":\"own\"}")).contains("200");
    }

    assertThat(own.seen().get(0).body()).isEqualTo("{\"model\":\"chat-v1\",\"messages\":[]}");
    assertThat(own.seen().get(0).headers()).containsEntry("x-remuda-model", "chat-v1");
    fixture.ended("chat-v1 ok");
  }

  @Test
  void aNameThatNobodyDeployedIsNoLabelWhenItsClientGoes() throws Exception {
    try (EdgeFixture patient =
        new EdgeFixture("inference.lease-route-wait = 10m", Authenticator.OPEN, Optional.empty())) {
      patient.leases.put(
          new LeaseId("ls-1"), Reply.of(lease(State.READY, 7, Optional.of("chat-1"))));

      try (Wire client = patient.wire()) {
        client.post(CHAT, BODY, LEASE + ": ls-1.7");
        Eventually.isTrue("it is looked up", SOON, () -> !patient.looked.isEmpty());
      }

      patient.ended(" cancelled");
    }
  }

  @Test
  void whatTheRegistrySaysOfALeaseThatHasNoRouteIsTold() {
    fixture.ready("chat-1", own.port());
    LeaseId id = new LeaseId("ls-1");

    fixture.leases.put(id, Reply.of(lease(State.PENDING, 0, Optional.empty())));
    HttpResponse<String> pending = fixture.post(CHAT, BODY, LEASE, "ls-1.7");
    assertThat(pending.statusCode()).isEqualTo(503);
    assertThat(pending.headers().firstValue("retry-after")).isPresent();

    fixture.leases.put(
        id,
        Reply.ended(
            lease(State.ENDED, 7, Optional.empty()), Refused.of(ErrorCode.ENDED, "expired")));
    HttpResponse<String> ended = fixture.post(CHAT, BODY, LEASE, "ls-1.7");
    assertThat(ended.statusCode()).isEqualTo(410);
    assertThat(ended.body()).contains("\"ended\"");

    fixture.leases.put(id, Reply.of(lease(State.READY, 8, Optional.of("chat-1"))));
    HttpResponse<String> stale = fixture.post(CHAT, BODY, LEASE, "ls-1.7");
    assertThat(stale.statusCode()).isEqualTo(409);
    assertThat(stale.headers().firstValue("x-should-retry")).hasValue("false");
    assertThat(stale.body())
        .contains("lease ls-1 is not held under this token")
        .as("no hint at the present token")
        .doesNotContain("8");

    fixture.leases.put(id, Reply.of(lease(State.READY, 7, Optional.of("chat-9"))));
    fixture.ready("other-1", open.port());
    HttpResponse<String> foreign = fixture.post(CHAT, "{\"model\":\"other\"}", LEASE, "ls-1.7");
    assertThat(foreign.statusCode()).isEqualTo(400);
    assertThat(foreign.body()).contains("not of the model 'other'");

    fixture.leases.put(
        id, Reply.refused(Refused.of(ErrorCode.REGISTRY_UNAVAILABLE, "none in sight")));
    assertThat(fixture.post(CHAT, BODY, LEASE, "ls-1.7").statusCode()).isEqualTo(503);

    assertThat(own.seen()).isEmpty();
    assertThat(open.seen()).isEmpty();
  }

  @Test
  void refusesALeaseThatIsNoneAndTwoAtOnce() {
    fixture.leased("chat-1", own.port(), "ls-1");

    assertThat(fixture.post(CHAT, BODY, LEASE, "ls-1").statusCode()).isEqualTo(400);
    assertThat(fixture.post(CHAT, BODY, LEASE, "ls-1.0").statusCode()).isEqualTo(400);
    assertThat(fixture.post("/leases/ls-1" + CHAT, BODY).statusCode()).isEqualTo(400);
    HttpResponse<String> two = fixture.post("/leases/ls-1.7" + CHAT, BODY, LEASE, "ls-1.8");
    assertThat(two.statusCode()).isEqualTo(400);
    assertThat(two.body()).contains("two leases");
    assertThat(fixture.post(CHAT, BODY, LEASE, "ls-1.7", LEASE, "ls-1.8").statusCode())
        .isEqualTo(400);
    assertThat(own.seen()).isEmpty();
  }

  private static LeaseView lease(State state, long token, Optional<String> instance) {
    return new LeaseView(
        new LeaseId("ls-1"),
        "public",
        state,
        List.of(new LeaseView.Part(new ModelName("chat"), instance.map(InstanceId::of))),
        true,
        Optional.empty(),
        Duration.ofMinutes(1),
        token == 0 ? OptionalLong.empty() : OptionalLong.of(token),
        OptionalInt.empty(),
        Optional.empty(),
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty(),
        0,
        Optional.empty());
  }
}
