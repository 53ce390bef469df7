package io.remuda.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.LeaseView;
import io.remuda.registry.lease.LeaseEvent.LeaseMoved;
import io.remuda.registry.model.ClaimReply;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What becomes of a lease, as values. */
class LeaseDeciderTest extends LeaseStage {

  @Test
  void asksForItsModelsOneAfterTheOtherInTheOrderOfTheirNames() {
    asked(B, A);

    assertThat(orders()).containsExactly(claim(A, 0));
    told(granted(A, 5));
    assertThat(orders()).containsExactly(claim(B, 0));
  }

  @Test
  void isReadyOnceAllMachinesObeyAndThenItsTimeBegins() {
    asked(A, B);
    told(granted(A, 41));
    told(granted(B, 7));
    now = now.plusSeconds(20);

    held(A, 41, Optional.empty());
    assertThat(view().state()).isEqualTo(LeaseView.State.PENDING);
    held(B, 41, Optional.empty());

    assertThat(view().state()).isEqualTo(LeaseView.State.READY);
    assertThat(view().token()).hasValue(41);
    assertThat(view().expiresAt()).hasValue(now.plus(TTL));
  }

  @Test
  void itsWaitIsToldOnceItWaitsForTheLastOfItsModels() {
    asked(A, B);
    told(new ClaimReply.Queued(A, ID, 1, Optional.of(Duration.ofSeconds(5)), "it starts"));
    assertThat(view().position()).hasValue(1);
    assertThat(view().estimate()).as("that of B comes after").isEmpty();

    told(granted(A, 41));
    told(new ClaimReply.Queued(B, ID, 1, Optional.of(Duration.ofSeconds(3)), "it starts"));

    assertThat(view().estimate()).hasValue(Duration.ofSeconds(3));
  }

  @Test
  void whatIsSaidAheadOfAWriteRestsOnWhatOthersHaveWritten() {
    LeaseDecision wish =
        LeaseDecision.write(
            new LeaseEvent.LeaseAsked(ID, wish(true, TTL, Optional.empty(), A), now), soft);
    assertThat(LeaseOrderDecider.ahead(state, wish, now)).containsExactly(claim(A, 0));
    apply(wish);
    LeaseDecision grant = LeaseDecider.told(state, soft, granted(A, 41), now);
    assertThat(LeaseOrderDecider.ahead(state, grant, now)).containsExactly(hold(A, 41, TTL));
    apply(grant);
    held(A, 41, Optional.empty());

    LeaseDecision end = LeaseDecider.release(state, soft, "done", now);

    assertThat(LeaseOrderDecider.ahead(state, end, now)).as("its end does not").isEmpty();
  }

  @Test
  void ofSeveralModelsNoMachineIsToldAheadOfTheWriteAndNothingOfOneThatBringsItsOwn() {
    asked(A, B);
    told(granted(A, 41));

    LeaseDecision grant = LeaseDecider.told(state, soft, granted(B, 7), now);

    assertThat(grant.events()).hasSize(1);
    assertThat(LeaseOrderDecider.ahead(state, grant, now)).isEmpty();
    LeaseDecision brings =
        LeaseDecision.write(
            new LeaseEvent.LeaseAsked(ID, wish(true, TTL, Optional.of(own()), own().name()), now),
            LeaseSoft.begun(LeaseState.empty(ID), now));
    assertThat(LeaseOrderDecider.ahead(LeaseState.empty(ID), brings, now)).isEmpty();
  }

  @Test
  void aMachineThatRefusesIsAvoidedAndItsNumberIsSurpassed() {
    asked(A);
    told(granted(A, 41));

    LeaseDecision moved =
        held(A, 41, 99, Optional.of(Refused.of(ErrorCode.BUSY, "others are at work")));

    assertThat(moved.events()).singleElement().isInstanceOf(LeaseMoved.class);
    assertThat(orders())
        .containsExactly(
            new LeaseOrder.Claim(A, 99, Optional.empty(), Optional.of(new InstanceId(A, 1))));
  }

  @Test
  void anEngineOrAMachineThatStartsAgainIsWaitedFor() {
    ready();

    assertThat(
            held(A, 41, 41, Optional.of(Refused.of(ErrorCode.MODEL_NOT_READY, "it restarts")))
                .events())
        .isEmpty();
    assertThat(
            held(A, 41, 41, Optional.of(Refused.of(ErrorCode.SHUTTING_DOWN, "it ends"))).events())
        .isEmpty();
  }

  @Test
  void whatAMachineSaysOfAnEarlierTokenIsOutOfDate() {
    ready();
    told(granted(A, 60, 2));

    held(A, 41, 41, Optional.of(Refused.of(ErrorCode.STALE_LEASE, "a later one")));

    assertThat(Optional.ofNullable(state.parts().get(A)).map(LeaseState.Part::instance))
        .hasValue(new InstanceId(A, 2));
  }

  @Test
  void refusesWhatCannotBeALease() {
    assertThat(refusal(wish(false, TTL, Optional.empty(), A))).as("a share").isEmpty();
    assertThat(refusal(wish(true, TTL, Optional.empty()))).hasValue(ErrorCode.INVALID_REQUEST);
    assertThat(refusal(wish(true, Duration.ZERO, Optional.empty(), A)))
        .hasValue(ErrorCode.INVALID_REQUEST);
    assertThat(refusal(wish(true, TTL, Optional.of(own()), A))).hasValue(ErrorCode.INVALID_REQUEST);
    asked(A);
    assertThat(refusal(wish(true, TTL, Optional.empty(), A))).isEmpty();
    assertThat(refusal(wish(true, TTL, Optional.empty(), B)))
        .hasValue(ErrorCode.IDEMPOTENCY_CONFLICT);
  }
}
