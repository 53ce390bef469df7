package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of requests that no instance takes at the moment. */
class HeldRequestsTest {

  private final HeldStage stage = new HeldStage();
  private final InferenceHandler handler = stage.handler("waiting-rest = 10m");

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void allThatWaitedForOneInstanceAreAnsweredAsItsSlotsAllow() {
    stage.route(Phase.STARTING);
    for (int i = 0; i < 20; i++) {
      stage.start(handler, HeldStage.LONG);
    }
    assertThat(handler.waitingRoom().depths()).containsEntry("chat", 20);

    stage.route(Phase.READY);
    stage.answerAll();

    assertThat(stage.clients)
        .allSatisfy(client -> assertThat(client.said).containsExactly("200", "{}"));
    assertThat(stage.most).isEqualTo(HeldStage.SLOTS);
  }

  @Test
  void aWakeIsNotedOnceHoweverManyWaitedForIt() {
    stage.route(Phase.STARTING);
    for (int i = 0; i < 5; i++) {
      stage.start(handler, HeldStage.LONG);
    }
    assertThat(stage.woken).isEmpty();

    stage.route(Phase.READY);
    stage.answerAll();

    assertThat(stage.woken).extracting(Map.Entry::getKey).containsExactly("chat");
    assertThat(stage.woken.get(0).getValue()).isPositive().isLessThan(HeldStage.LONG);
  }

  @Test
  void whoeverWaitsForASlotOfAnInstanceThatIsThereWakesNothing() {
    stage.route(Phase.READY);
    for (int i = 0; i < HeldStage.SLOTS + 2; i++) {
      stage.start(handler, HeldStage.LONG);
    }

    stage.answerAll();

    assertThat(stage.woken).isEmpty();
  }

  @Test
  void aWakeThatNobodyWaitedForToTheEndIsNotNoted() {
    stage.route(Phase.STARTING);
    stage.start(handler, HeldStage.LONG).cancel();
    stage.route(Phase.READY);
    assertThat(stage.woken).isEmpty();

    stage.start(handler, HeldStage.LONG);

    assertThat(stage.woken).isEmpty();
  }

  @Test
  void aRequestThatCameLaterGoesBehindThoseThatWait() {
    stage.route(Phase.STARTING);
    for (int i = 0; i < HeldStage.SLOTS + 1; i++) {
      stage.start(handler, HeldStage.LONG);
    }
    stage.route(Phase.READY);
    stage.start(handler, HeldStage.LONG);

    stage.answerOne();

    assertThat(stage.clients.get(HeldStage.SLOTS).isAsked).isTrue();
    assertThat(stage.clients.get(HeldStage.SLOTS + 1).isAsked).isFalse();
  }

  @Test
  void oneThatFindsNoSlotWaitsForAnotherOneToEnd() {
    stage.route(Phase.READY);
    stage.start(handler, HeldStage.LONG);
    stage.start(handler, HeldStage.LONG);

    stage.start(handler, HeldStage.LONG);
    assertThat(stage.clients.get(2).said).isEmpty();
    stage.answerAll();

    assertThat(stage.clients.get(2).said).containsExactly("200", "{}");
  }

  @Test
  void oneWhoseSlotsOtherGatewaysHaveIsTriedAgainAfterARest() {
    InferenceHandler brief = stage.handler("waiting-rest = 20ms");
    stage.takes = 0;
    stage.route(Phase.READY);
    stage.start(brief, HeldStage.LONG);
    assertThat(stage.clients.get(0).said).isEmpty();

    stage.takes = HeldStage.SLOTS;

    Eventually.passes(
        "it is asked again",
        Duration.ofSeconds(30),
        () -> assertThat(stage.clients.get(0).isAsked).isTrue());
  }

  @Test
  void oneThatMayNotWaitIsToldAtOnce() {
    stage.takes = 0;
    stage.route(Phase.READY);

    stage.start(handler, Duration.ZERO);

    assertThat(stage.clients.get(0).said.get(0)).isEqualTo("429");
  }

  @Test
  void oneThatMayNotWaitDoesNotGoAheadOfThoseWhoDo() {
    stage.takes = 0;
    stage.route(Phase.READY);
    stage.start(handler, HeldStage.LONG);
    stage.takes = HeldStage.SLOTS;

    for (int i = 0; i < 10; i++) {
      stage.start(handler);
    }

    assertThat(stage.working).isEmpty();
    assertThat(stage.clients.get(1).said.get(0)).isEqualTo("429");
    assertThat(stage.clients.get(10).said.get(1)).contains("busy").contains("x-remuda-wait");
  }

  @Test
  void anInstanceThatClosesAsARequestComesCostsItNothing() {
    stage.route(Phase.READY);
    stage.start(handler, HeldStage.LONG);

    stage.working.remove().onFailure(Refused.of(ErrorCode.MODEL_NOT_READY, "it is draining"), true);
    assertThat(stage.clients.get(0).said).isEmpty();
    stage.route("chat-2", Phase.STARTING);
    stage.route(Phase.ENDED);
    assertThat(stage.clients.get(0).said).isEmpty();
    stage.route("chat-2", Phase.READY);
    stage.answerAll();

    assertThat(stage.clients.get(0).said).containsExactly("200", "{}");
  }

  @Test
  void aClientThatGoesWaitsNoMore() {
    stage.route(Phase.STARTING);
    AnswerInProgress answer = stage.start(handler, HeldStage.LONG);

    answer.cancel();
    stage.route(Phase.READY);

    assertThat(handler.waitingRoom().depths()).isEmpty();
    assertThat(stage.working).isEmpty();
    assertThat(stage.cancelled).isZero();
  }

  @Test
  void moreThanMayWaitAreAskedToComeAgain() {
    InferenceHandler small = stage.handler("waiting = 1");
    stage.route(Phase.STARTING);
    stage.start(small, HeldStage.LONG);
    stage.start(small, HeldStage.LONG);

    assertThat(stage.clients.get(0).said).isEmpty();
    assertThat(stage.clients.get(1).said.get(0)).isEqualTo("503");
    assertThat(stage.clients.get(1).said.get(1)).contains("overloaded").contains("waiting");
  }

  @Test
  void oneThatWaitedInLineForAllItsTimeIsToldSo() {
    InferenceHandler brief = stage.handler("waiting-rest = 20ms");
    stage.takes = 0;
    stage.route(Phase.READY);

    HeldStage.Client told = toldOnceItsTimeIsOver(brief);

    assertThat(told.said.get(1)).contains("waited_too_long");
  }

  /** The table of docs/routing.md: the status tells why, and each says when to come again. */
  @Test
  void refusalsOfAFullGatewayAreToldApartAndSayWhenToComeAgain() {
    InferenceHandler small =
        stage.handler(
            "waiting = 2, waiting-rest = 20ms, retry-after = 700ms, loading-retry-after = 3s",
            "waiting-per-tenant = 1");
    stage.route(Phase.STARTING);
    stage.start(small, Duration.ZERO);
    AnswerInProgress ones = stage.start(small, "one");
    stage.start(small, "one");
    AnswerInProgress twos = stage.start(small, "two");
    stage.start(small, "three");
    ones.cancel();
    twos.cancel();
    stage.takes = 0;
    stage.route(Phase.READY);
    stage.start(small, Duration.ZERO);
    HeldStage.Client last = toldOnceItsTimeIsOver(small);

    assertThat(refusal(0)).isEqualTo("503 model_loading after 3 3000");
    assertThat(refusal(2)).isEqualTo("429 rate_limited after 3 3000");
    assertThat(refusal(4)).isEqualTo("503 overloaded after 1 700");
    assertThat(refusal(5)).isEqualTo("429 busy after 1 700");
    assertThat(refusal(last)).isEqualTo("504 waited_too_long after 1 700");
    assertThat(stage.clients)
        .allSatisfy(client -> assertThat(client.headers).doesNotContainKey("x-should-retry"));
    assertThat(small.waitingRoom().depths()).isEmpty();
  }

  /** On a machine that stands still one may come too late for the line: then the next is taken. */
  private HeldStage.Client toldOnceItsTimeIsOver(InferenceHandler by) {
    return Eventually.find(
        "one has waited for all its time",
        Duration.ofSeconds(30),
        () -> {
          stage.start(by, Duration.ofMillis(100));
          HeldStage.Client client = stage.clients.get(stage.clients.size() - 1);
          Eventually.isTrue("it is told", Duration.ofSeconds(30), () -> client.said.size() == 2);
          return Optional.of(client).filter(told -> told.said.get(0).equals("504"));
        });
  }

  private String refusal(int client) {
    return refusal(stage.clients.get(client));
  }

  private static String refusal(HeldStage.Client told) {
    String code = told.said.get(1).replaceAll(".*\"code\":\"([a-z_]+)\".*", "$1");
    return told.said.get(0)
        + " "
        + code
        + " after "
        + told.headers.get("retry-after")
        + " "
        + told.headers.get("retry-after-ms");
  }

  @Test
  void aRequestThatGoesOutOnceMoreIsNotedWithWhatEndedItsLastTry() {
    stage.route(Phase.READY);
    stage.route("chat-2", Phase.READY);
    stage.start(handler, HeldStage.LONG);
    assertThat(stage.noted.ways).isEmpty();

    stage.working.remove().onFailure(Refused.of(ErrorCode.ENGINE_GONE, "it is gone"), true);
    stage.answerAll();
    stage.takes = 0;
    stage.start(handler, HeldStage.LONG);

    assertThat(stage.clients.get(0).said).containsExactly("200", "{}");
    assertThat(stage.noted.ways)
        .as("the second is refused by one, asks the other, and waits")
        .containsExactly("chat again: engine_gone", "chat again: busy");
  }

  @Test
  void moreOfOneKeyThanMayWaitAreRefusedAndAnothersAreNot() {
    InferenceHandler small = stage.handler("", "waiting-per-tenant = 1");
    stage.route(Phase.STARTING);
    stage.start(small, "one");
    stage.start(small, "one");
    stage.start(small, "other");

    assertThat(stage.clients.get(0).said).isEmpty();
    assertThat(stage.clients.get(1).said.get(0)).isEqualTo("429");
    assertThat(stage.clients.get(1).said.get(1)).contains("rate_limited");
    assertThat(stage.clients.get(2).said).isEmpty();
  }

  @Test
  void whoWaitsGetsTurnsByKeysAndNotByNumbers() {
    stage.route(Phase.STARTING);
    for (int i = 0; i < 2 * HeldStage.SLOTS; i++) {
      stage.start(handler, "flood");
    }
    stage.start(handler, "small");

    stage.route(Phase.READY);

    for (int i = 0; i < HeldStage.SLOTS; i++) {
      stage.answerOne();
    }
    assertThat(stage.clients.get(2 * HeldStage.SLOTS).said).containsExactly("200", "{}");
    assertThat(stage.clients).filteredOn(client -> !client.said.isEmpty()).hasSize(HeldStage.SLOTS);
  }

  @Test
  void aTenantWithTwoKeysGetsAsManyTurnsAsOneWithOne() {
    stage.route(Phase.STARTING);
    for (int i = 0; i < 4; i++) {
      stage.start(handler, i % 2 == 0 ? "acme-1" : "acme-2", "acme");
    }
    stage.start(handler, "other-1", "other");
    stage.start(handler, "other-1", "other");

    stage.route(Phase.READY);

    for (int i = 0; i < 4; i++) {
      stage.answerOne();
    }
    assertThat(answered(0, 4)).as("acme").isEqualTo(2);
    assertThat(answered(4, 6)).as("other").isEqualTo(2);
  }

  @Test
  void aTenantsWeightIsThatOfAllItsKeys() {
    InferenceHandler weighed = stage.handler("waiting-rest = 10m", "weights = { acme = 3 }");
    stage.route(Phase.STARTING);
    for (int i = 0; i < 4; i++) {
      stage.start(weighed, i % 2 == 0 ? "acme-1" : "acme-2", "acme");
    }
    for (int i = 0; i < 4; i++) {
      stage.start(weighed, "other-" + i, "other");
    }

    stage.route(Phase.READY);

    for (int i = 0; i < 4; i++) {
      stage.answerOne();
    }
    assertThat(answered(0, 4)).as("acme").isEqualTo(3);
    assertThat(answered(4, 8)).as("other").isEqualTo(1);
  }

  @Test
  void allKeysOfATenantWaitInItsPartOfTheRoomAndAKeyOfItsNameDoesNot() {
    InferenceHandler small = stage.handler("", "waiting-per-tenant = 1");
    stage.route(Phase.STARTING);
    stage.start(small, "acme-1", "acme");
    stage.start(small, "acme-2", "acme");
    stage.start(small, "acme");

    assertThat(stage.clients.get(0).said).isEmpty();
    assertThat(stage.clients.get(1).said.get(0)).isEqualTo("429");
    assertThat(stage.clients.get(1).said.get(1))
        .contains("rate_limited")
        .contains("requests of this key's tenant wait")
        .contains("waiting-per-tenant");
    assertThat(stage.clients.get(2).said).isEmpty();
  }

  private long answered(int from, int to) {
    return stage.clients.subList(from, to).stream().filter(one -> !one.said.isEmpty()).count();
  }

  @Test
  void whoWaitsIsToldWhenTheGatewayEnds() throws Exception {
    stage.route(Phase.STARTING);
    stage.start(handler, HeldStage.LONG);

    handler.waitingRoom().close();

    assertThat(stage.clients.get(0).said.get(0)).isEqualTo("503");
    assertThat(stage.clients.get(0).said.get(1)).contains("shutting_down");
  }
}
