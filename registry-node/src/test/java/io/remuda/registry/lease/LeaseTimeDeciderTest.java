package io.remuda.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.LeaseView;
import io.remuda.registry.lease.LeaseEvent.LeaseEnded;
import io.remuda.registry.lease.LeaseEvent.LeaseRenewed;
import io.remuda.registry.lease.LeaseState.Cause;
import io.remuda.registry.model.ClaimReply;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How long a lease lasts, and how long it waits, as values. */
class LeaseTimeDeciderTest extends LeaseStage {

  @Test
  void endsWhenItIsNotRenewedInTimeAndNotBefore() {
    ready();
    now = now.plus(TTL).minusMillis(1);
    assertThat(look().events()).isEmpty();
    renewed(Optional.of(Duration.ofSeconds(5)));
    now = now.plusSeconds(5).minusMillis(1);
    assertThat(look().events()).isEmpty();

    now = now.plusMillis(1);

    assertThat(look().events())
        .singleElement()
        .isInstanceOfSatisfying(
            LeaseEnded.class, ended -> assertThat(ended.cause()).isEqualTo(Cause.EXPIRED));
    assertThat(view().state()).isEqualTo(LeaseView.State.ENDED);
  }

  @Test
  void afterItsActorStartedAnewItHasAFullTimeToLiveOnceMachinesObey() {
    ready();
    now = now.plus(TTL).minusMillis(1);

    soft = LeaseSoft.begun(state, now);
    assertThat(look().events()).isEmpty();
    assertThat(LeaseOrderDecider.orders(state, soft, now, true)).contains(hold(A, 41, TTL));
    held(A, 41, Optional.empty());

    assertThat(view().expiresAt()).hasValue(now.plus(TTL));
  }

  @Test
  void itsTimeCountsFromWhenItsMachinesWereTold() {
    asked(A);
    told(granted(A, 41));
    say();
    now = now.plusMillis(900);
    say();

    held(A, 41, Optional.empty());

    assertThat(view().expiresAt())
        .as("the first may be the one")
        .hasValue(now.plus(TTL).minusMillis(900));
  }

  @Test
  void waitingForTheCallsOfOthersTakesNothingOfItsTime() {
    asked(A);
    told(granted(A, 41));
    say();
    now = now.plusSeconds(25);

    assertThat(held(A, 41, 41, Optional.empty()).say()).isTrue();
    say();
    now = now.plusMillis(5);
    held(A, 41, Optional.empty());

    assertThat(view().expiresAt()).hasValue(now.plus(TTL).minusMillis(5));
  }

  @Test
  void whatMachinesSayLateIsSaidAgainInsteadOfReady() {
    asked(A, B);
    told(granted(A, 41));
    told(granted(B, 7));
    say();
    held(A, 41, Optional.empty());
    now = now.plusSeconds(30);

    assertThat(held(B, 41, 41, Optional.empty()).say()).isTrue();

    assertThat(view().state()).isEqualTo(LeaseView.State.PENDING);
    assertThat(orders()).containsExactly(hold(A, 41, TTL), hold(B, 41, TTL));
    say();
    held(A, 41, Optional.empty());
    held(B, 41, Optional.empty());
    assertThat(view().expiresAt()).hasValue(now.plus(TTL));
  }

  @Test
  void aRenewalForLongerMakesNoOlderWordOfAMachineGood() {
    asked(A);
    told(granted(A, 41));
    renewed(Optional.of(Duration.ofMillis(600)));
    say();
    renewed(Optional.of(LONGER));
    now = now.plusMillis(400);

    assertThat(held(A, 41, 41, Optional.empty()).say()).isTrue();

    assertThat(view().state()).isEqualTo(LeaseView.State.PENDING);
    assertThat(orders()).containsExactly(hold(A, 41, LONGER));
  }

  @Test
  void anotherTokenIsToldAnew() {
    ready();
    say();
    now = now.plus(TTL);
    told(granted(A, 60, 2));
    assertThat(soft.told()).as("it moves").isEmpty();
    now = now.plusSeconds(1);

    say();

    assertThat(soft.told()).hasValue(new LeaseSoft.Told(state.token(), now, TTL));
  }

  private void say() {
    soft = LeaseOrderDecider.said(soft, LeaseOrderDecider.orders(state, soft, now, true), now);
  }

  @Test
  void aRenewalForLongerOutlivesItsActorAndTheSameAgainIsNotWritten() {
    ready();

    assertThat(renewed(Optional.of(LONGER)).events())
        .containsExactly(new LeaseRenewed(ID, LONGER, now));
    now = now.plusSeconds(20);
    assertThat(renewed(Optional.of(LONGER)).events()).isEmpty();
    assertThat(view().expiresAt()).hasValue(now.plus(LONGER));
    soft = LeaseSoft.begun(state, now);

    assertThat(LeaseOrderDecider.orders(state, soft, now, true)).contains(hold(A, 41, LONGER));
    held(A, 41, Optional.empty());
    assertThat(view().expiresAt()).hasValue(now.plus(LONGER));
  }

  @Test
  void aRenewalThatNamesNoTimeIsForAsLongAsItWasAskedFor() {
    ready();
    assertThat(renewed(Optional.empty()).events()).as("as before").isEmpty();
    renewed(Optional.of(LONGER));

    assertThat(renewed(Optional.empty()).events()).containsExactly(new LeaseRenewed(ID, TTL, now));

    assertThat(view().ttl()).isEqualTo(TTL);
    assertThat(view().expiresAt()).hasValue(now.plus(TTL));
  }

  @Test
  void untilARenewalIsWrittenItsMachinesAreToldWhatHoldsEitherWay() {
    ready();
    now = now.plusSeconds(40);

    LeaseDecision longer = LeaseTimeDecider.renewed(state, soft, Optional.of(LONGER), now);
    LeaseDecision little =
        LeaseTimeDecider.renewed(state, soft, Optional.of(Duration.ofSeconds(5)), now);

    assertThat(LeaseOrderDecider.ahead(state, longer, now))
        .as("as long as it was before, from now on")
        .containsExactly(hold(A, 41, TTL));
    assertThat(LeaseOrderDecider.ahead(state, little, now))
        .as("what is left of that")
        .containsExactly(hold(A, 41, Duration.ofSeconds(20)));
  }

  @Test
  void whileARenewalIsWrittenOneThatIsNotReadyIsHeldNowhere() {
    asked(A);
    told(granted(A, 41));

    LeaseDecision renewed = LeaseTimeDecider.renewed(state, soft, Optional.of(LONGER), now);

    assertThat(LeaseOrderDecider.ahead(state, renewed, now)).isEmpty();
  }

  @Test
  void howLongARenewalIsWrittenIsNotTakenFromItsTime() {
    ready();
    now = now.plusSeconds(40);
    renewing(Optional.of(Duration.ofSeconds(2)));
    now = now.plusSeconds(5);

    soft = LeaseTimeDecider.kept(state, soft, now);

    assertThat(view().expiresAt()).hasValue(now.plusSeconds(2));
  }

  @Test
  void oneThatItsMachineHasLetGoOfMeanwhileIsNotReadyAndWaitsForAsLongAsAnotherOneThatMoves() {
    ready();
    now = now.plusSeconds(40);
    renewing(Optional.of(LONGER));
    now = now.plus(TTL);

    soft = LeaseTimeDecider.kept(state, soft, now);

    assertThat(view().state()).isEqualTo(LeaseView.State.PENDING);
    assertThat(view().expiresAt()).isEmpty();
    assertThat(orders()).containsExactly(hold(A, 41, LONGER));
    now = now.plus(LONGER).minusMillis(1);
    assertThat(look().events()).isEmpty();
    held(A, 41, Optional.of(Refused.of(ErrorCode.ENDED, "it has let go")));
    assertThat(state.parts()).as("it asks for another one").isEmpty();
  }

  /** Its actor may hear of it before it looks at the time. */
  @Test
  void oneThatIsRenewedTooLateIsNotReadyBeforeItsMachineObeys() {
    ready();
    now = now.plus(TTL);

    assertThat(renewed(Optional.empty()).events()).isEmpty();

    assertThat(view().state()).isEqualTo(LeaseView.State.PENDING);
    held(A, 41, Optional.empty());
    assertThat(view().expiresAt()).hasValue(now.plus(TTL));
  }

  @Test
  void oneThatIsUsedOutlastsItsActorsStartHoweverLittlePatienceItHad() {
    impatient();
    held(A, 41, Optional.empty());
    now = now.plusSeconds(500);

    soft = LeaseSoft.begun(state, now);
    now = now.plus(TTL).minusMillis(1);
    assertThat(look().events()).as("its machine may not be seen yet").isEmpty();
    now = now.plusMillis(1);

    assertThat(((LeaseEnded) look().events().get(0)).cause()).isEqualTo(Cause.IMPATIENT);
  }

  @Test
  void oneThatIsUsedOutlastsAMoveHoweverLittlePatienceItHad() {
    impatient();
    held(A, 41, Optional.empty());
    told(new ClaimReply.Queued(A, ID, 1, Optional.empty(), "none is free"));

    now = now.plus(TTL).minusMillis(1);
    assertThat(look().events()).as("another instance may start").isEmpty();
    now = now.plusMillis(1);

    LeaseEnded ended = (LeaseEnded) look().events().get(0);
    assertThat(ended.cause()).isEqualTo(Cause.IMPATIENT);
    assertThat(ended.reason()).contains("60000 ms").contains("none is free");
  }

  @Test
  void anActorThatStartsDuringAMoveWaitsForAsLong() {
    impatient();
    held(A, 41, Optional.empty());
    told(new ClaimReply.Queued(A, ID, 1, Optional.empty(), "none is free"));
    now = now.plusSeconds(500);

    soft = LeaseSoft.begun(state, now);

    now = now.plus(TTL).minusMillis(1);
    assertThat(look().events()).isEmpty();
  }

  @Test
  void untilItIsReadyForTheFirstTimeItsPatienceIsAllItWaits() {
    impatient();

    now = now.plus(IMPATIENT).minusMillis(1);
    assertThat(look().events()).isEmpty();
    now = now.plusMillis(1);

    assertThat(((LeaseEnded) look().events().get(0)).cause()).isEqualTo(Cause.IMPATIENT);
  }

  @Test
  void endsWhenItsPatienceIsOverAndSaysWhatItWaitedFor() {
    asked(A);
    told(new ClaimReply.Queued(A, ID, 3, Optional.empty(), "all 1 instances are leased"));
    now = now.plus(PATIENCE);

    LeaseEnded ended = (LeaseEnded) look().events().get(0);

    assertThat(ended.cause()).isEqualTo(Cause.IMPATIENT);
    assertThat(ended.reason()).contains("a: all 1 instances are leased");
  }
}
