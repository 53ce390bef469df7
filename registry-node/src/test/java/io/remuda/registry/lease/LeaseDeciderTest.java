package io.remuda.registry.lease;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.NodeProtocol.HoldReply;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.LeaseView;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.registry.lease.LeaseEvent.LeaseClosed;
import io.remuda.registry.lease.LeaseEvent.LeaseEnded;
import io.remuda.registry.lease.LeaseEvent.LeaseGranted;
import io.remuda.registry.lease.LeaseEvent.LeaseMoved;
import io.remuda.registry.lease.LeaseEvent.LeaseRenewed;
import io.remuda.registry.lease.LeaseState.Cause;
import io.remuda.registry.model.ClaimReply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of a lease, as values. */
class LeaseDeciderTest {

  private static final LeaseId ID = new LeaseId("9f3a61");
  private static final ModelName A = new ModelName("a");
  private static final ModelName B = new ModelName("b");
  private static final ModelName C = new ModelName("c");
  private static final MachineId M1 = new MachineId("m1");
  private static final Duration TTL = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(100);
  private static final Duration LONGER = Duration.ofHours(1);
  private static final Duration IMPATIENT = Duration.ofSeconds(1);

  private LeaseState state = LeaseState.empty(ID);
  private Instant now = Instant.ofEpochMilli(1_000_000);
  private LeaseSoft soft = LeaseSoft.begun(state, now);

  @Test
  void asksForItsModelsOneAfterTheOtherInTheOrderOfTheirNames() {
    asked(B, A);

    assertThat(orders()).containsExactly(claim(A, 0));
    told(granted(A, 5));
    assertThat(orders()).containsExactly(claim(B, 0));
  }

  @Test
  void hasNothingUntilAllIsGrantedThenAllUnderTheHighestNumber() {
    asked(A, B);

    assertThat(told(granted(A, 41)).events()).isEmpty();
    LeaseDecision all = told(granted(B, 7));

    assertThat(all.events()).singleElement().isInstanceOf(LeaseGranted.class);
    assertThat(state.token()).isEqualTo(41);
    assertThat(orders()).containsExactly(hold(A, 41, TTL), hold(B, 41, TTL));
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

  @Test
  void letsGoAgainAndAgainUntilEachModelHasConfirmedIt() {
    asked(A, B);
    told(granted(A, 41));
    told(granted(B, 7));
    apply(LeaseDecider.release(state, soft, "done", now));

    assertThat(orders())
        .containsExactly(
            new LeaseOrder.Unclaim(A, 41, "done"), new LeaseOrder.Unclaim(B, 41, "done"));
    assertThat(told(new ClaimReply.Returned(A, ID)).events()).isEmpty();
    assertThat(orders()).containsExactly(new LeaseOrder.Unclaim(B, 41, "done"));

    assertThat(told(new ClaimReply.Returned(B, ID)).events())
        .singleElement()
        .isInstanceOf(LeaseClosed.class);
    assertThat(orders()).isEmpty();
  }

  /** An earlier life of its actor claimed, and was heard late. */
  @Test
  void oneThatIsClosedGivesBackWhatItWasGrantedNonethelessUntilThatIsConfirmed() {
    closed();

    assertThat(apply(LeaseDecider.stillWanted(state, soft, A, 90)).say()).isTrue();
    assertThat(orders()).containsExactly(new LeaseOrder.Unclaim(A, 90, "done"));
    assertThat(LeaseOrderDecider.orders(state, soft, now, true)).as("said again").hasSize(1);

    assertThat(told(new ClaimReply.Returned(A, ID)).events()).as("it is closed already").isEmpty();
    assertThat(orders()).isEmpty();
  }

  @Test
  void oneThatEndsDoesNotTakeAModelsFirstWordForItsLast() {
    asked(A, B);
    apply(LeaseDecider.release(state, soft, "done", now));
    told(new ClaimReply.Returned(A, ID));

    apply(LeaseDecider.stillWanted(state, soft, A, 90));

    assertThat(told(new ClaimReply.Returned(B, ID)).events()).isEmpty();
    assertThat(orders()).containsExactly(new LeaseOrder.Unclaim(A, 90, "done"));
    assertThat(told(new ClaimReply.Returned(A, ID)).events())
        .singleElement()
        .isInstanceOf(LeaseClosed.class);
  }

  @Test
  void oneThatLivesKeepsWhatItIsAskedAbout() {
    ready();

    LeaseDecision asked = apply(LeaseDecider.stillWanted(state, soft, A, 41));

    assertThat(asked.say()).isFalse();
    assertThat(LeaseOrderDecider.orders(state, soft, now, true))
        .noneMatch(LeaseOrder.Unclaim.class::isInstance)
        .noneMatch(LeaseOrder.GiveBack.class::isInstance);
    assertThat(view().state()).isEqualTo(LeaseView.State.READY);
  }

  /** The owner of a does not answer; that of b must not take back what is not given up. */
  @Test
  void whatItHasBehindAModelThatItLostIsClaimedAgainWhenItIsAskedAbout() {
    asked(A, B);
    told(granted(A, 41));
    told(granted(B, 7));
    held(A, 41, 99, Optional.of(Refused.of(ErrorCode.BUSY, "others are at work")));
    assertThat(LeaseOrderDecider.orders(state, soft, now, true))
        .noneMatch(order -> order instanceof LeaseOrder.Claim claim && claim.model().equals(B));

    assertThat(apply(LeaseDecider.stillWanted(state, soft, B, 7)).say()).isFalse();

    assertThat(LeaseOrderDecider.kept(state, soft, B))
        .hasValue(new LeaseOrder.Claim(B, 99, Optional.of(new InstanceId(B, 1)), Optional.empty()));
    assertThat(LeaseOrderDecider.kept(state, soft, A)).isEmpty();
  }

  @Test
  void whatItIsNotYetToHaveIsGivenBackWhenItIsAskedAbout() {
    asked(A, B);

    assertThat(apply(LeaseDecider.stillWanted(state, soft, B, 7)).say()).isTrue();

    assertThat(orders()).containsExactly(new LeaseOrder.GiveBack(B, 7), claim(A, 7));
    assertThat(LeaseOrderDecider.kept(state, soft, B)).isEmpty();
  }

  @Test
  void oneThatIsClosedSaysNothingByItself() {
    closed();
    soft = LeaseSoft.begun(state, now);

    assertThat(LeaseOrderDecider.orders(state, soft, now, true)).isEmpty();
  }

  @Test
  void aGrantThatComesAfterTheEndChangesNothing() {
    asked(A);
    apply(LeaseDecider.release(state, soft, "done", now));

    assertThat(told(granted(A, 9)).events()).isEmpty();
    assertThat(orders()).containsExactly(new LeaseOrder.Unclaim(A, 0, "done"));
  }

  @Test
  void movesToAnotherInstanceUnderAHigherTokenAndTellsTheOthersAnew() {
    asked(A, B);
    told(granted(A, 41));
    told(granted(B, 7));
    held(A, 41, Optional.empty());
    held(B, 41, Optional.empty());

    LeaseDecision moved = told(granted(A, 60, 2));

    assertThat(moved.events())
        .extracting(event -> event.getClass().getSimpleName())
        .containsExactly("LeaseMoved", "LeaseGranted");
    assertThat(state.token()).isEqualTo(60);
    assertThat(view().state()).isEqualTo(LeaseView.State.PENDING);
    assertThat(orders())
        .containsExactly(
            new LeaseOrder.Hold(M1, new InstanceId(A, 2), new LeaseToken(ID, 60), TTL),
            hold(B, 60, TTL));
  }

  @Test
  void aGrantThatIsNotAboveItsTokenIsNotTaken() {
    ready();

    assertThat(told(granted(A, 41, 2)).events()).isEmpty();
    assertThat(told(granted(A, 40, 2)).events()).isEmpty();
    assertThat(state.token()).isEqualTo(41);
  }

  @Test
  void thatItsInstanceIsGoneSendsItBackToWaiting() {
    ready();

    LeaseDecision lost = told(new ClaimReply.Queued(A, ID, 1, Optional.empty(), "none is free"));

    assertThat(lost.events()).singleElement().isInstanceOf(LeaseMoved.class);
    assertThat(view().state()).isEqualTo(LeaseView.State.PENDING);
    assertThat(view().reason()).hasValue("a: none is free");
    assertThat(orders()).containsExactly(claim(A, 41));
  }

  @Test
  void oneThatWaitsForAModelGivesThoseAfterItBackAndClaimsThemAgainInTheirTurn() {
    asked(A, B);
    told(granted(A, 41));
    told(granted(B, 7));

    LeaseDecision lost = told(new ClaimReply.Queued(A, ID, 1, Optional.empty(), "none is free"));

    assertThat(lost.events()).hasSize(2).allMatch(LeaseMoved.class::isInstance);
    assertThat(lost.say()).isTrue();
    LeaseOrder back = new LeaseOrder.GiveBack(B, 41);
    assertThat(orders()).containsExactlyInAnyOrder(back, claim(A, 41));
    told(granted(A, 50, 2));
    assertThat(orders()).as("not before that is heard").containsExactly(back);
    assertThat(told(new ClaimReply.Returned(B, ID)).say()).isTrue();
    assertThat(orders()).containsExactly(claim(B, 41));
    told(granted(B, 51));
    assertThat(state.token()).isEqualTo(51);
    assertThat(state.isGranted()).isTrue();
  }

  @Test
  void whatIsGrantedLateOfAModelThatIsGivenBackIsGivenBackToo() {
    asked(A, B);
    told(granted(A, 41));
    told(granted(B, 42));
    told(new ClaimReply.Queued(A, ID, 1, Optional.empty(), "none is free"));

    LeaseDecision late = told(granted(B, 60, 2));
    assertThat(late.events()).isEmpty();
    assertThat(late.say()).as("at once").isTrue();

    assertThat(orders()).contains(new LeaseOrder.GiveBack(B, 60));
    assertThat(told(granted(B, 60, 2)).say()).as("it is said already").isFalse();
  }

  @Test
  void whatIsGrantedOnTheWayIsGivenBackUnderItsOwnNumber() {
    asked(A, B, C);
    told(granted(A, 41));
    told(granted(B, 90));

    told(new ClaimReply.Queued(A, ID, 1, Optional.empty(), "the instance is gone"));

    assertThat(orders()).containsExactlyInAnyOrder(new LeaseOrder.GiveBack(B, 90), claim(A, 90));
  }

  @Test
  void whatItsFormerActorMayHaveBeenGrantedIsGivenBackBeforeItWaits() {
    asked(A, B);
    told(granted(A, 41));

    soft = LeaseSoft.begun(state, now);

    assertThat(orders()).containsExactlyInAnyOrder(new LeaseOrder.GiveBack(B, 0), claim(A, 0));
    told(new ClaimReply.Returned(B, ID));
    told(granted(A, 41));
    assertThat(orders()).as("as if it had never been asked for").containsExactly(claim(B, 0));
  }

  @Test
  void whatWasGivenBackIsGivenBackAgainByTheNextActor() {
    asked(A, B);
    told(granted(A, 41));
    told(granted(B, 42));
    told(new ClaimReply.Queued(A, ID, 1, Optional.empty(), "none is free"));

    soft = LeaseSoft.begun(state, now);

    assertThat(orders()).containsExactlyInAnyOrder(new LeaseOrder.GiveBack(B, 42), claim(A, 42));
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
  void aModelThatIsNotThereOrIsRemovedEndsIt() {
    ready();

    told(
        new ClaimReply.Rejected(A, ID, Refused.of(ErrorCode.MODEL_NOT_FOUND, "a is not deployed")));

    assertThat(view().state()).isEqualTo(LeaseView.State.ENDED);
    assertThat(view().reason()).hasValue("a is not deployed");
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

  @Test
  void deploysItsOwnModelAndTakesItBackAfterTheEnd() {
    brings();

    assertThat(orders()).containsExactly(LeaseOrder.Own.DEPLOY);
    own(LeaseOrder.Own.DEPLOY, Optional.empty());
    assertThat(orders()).containsExactly(claim(new ModelName("mine"), 0));

    apply(LeaseDecider.release(state, soft, "done", now));
    told(new ClaimReply.Returned(new ModelName("mine"), ID));
    assertThat(orders()).containsExactly(LeaseOrder.Own.REMOVE);
    own(LeaseOrder.Own.REMOVE, Optional.of(ErrorCode.STORE_UNAVAILABLE));
    assertThat(orders()).containsExactly(LeaseOrder.Own.REMOVE);
    own(LeaseOrder.Own.REMOVE, Optional.of(ErrorCode.MODEL_NOT_FOUND));
    assertThat(state.closed()).isTrue();
  }

  @Test
  void whatItMayHaveDeployedIsTakenBackThoughItNeverHeardSo() {
    brings();
    apply(LeaseDecider.release(state, soft, "done", now));
    soft = LeaseSoft.begun(state, now);

    told(new ClaimReply.Returned(new ModelName("mine"), ID));

    assertThat(orders()).containsExactly(LeaseOrder.Own.REMOVE);
  }

  @Test
  void endsWithTheReasonWhenItsOwnModelIsRefusedAndTakesNothingBack() {
    for (ErrorCode code : List.of(ErrorCode.SPEC_CONFLICT, ErrorCode.INVALID_SPEC)) {
      state = LeaseState.empty(ID);
      soft = LeaseSoft.begun(state, now);
      brings();
      own(LeaseOrder.Own.DEPLOY, Optional.of(code));
      told(new ClaimReply.Returned(new ModelName("mine"), ID));

      assertThat(view().reason()).hasValue("no");
      assertThat(state.closed()).as("nothing to remove").isTrue();
    }
  }

  private void brings() {
    apply(
        LeaseDecision.write(
            new LeaseEvent.LeaseAsked(
                ID, wish(true, TTL, Optional.of(own()), new ModelName("mine")), now),
            soft));
  }

  private static ModelSpec own() {
    return aSpec().named("mine").build();
  }

  private void own(LeaseOrder.Own asked, Optional<ErrorCode> refused) {
    RegistryProtocol.Reply reply =
        new RegistryProtocol.Reply(Optional.empty(), refused.map(code -> Refused.of(code, "no")));
    apply(OwnDecider.answered(state, soft, asked, Optional.of(reply), now));
  }

  private Optional<ErrorCode> refusal(Wish wish) {
    return LeaseDecider.objection(state, wish).map(Refused::code);
  }

  private static Wish wish(
      boolean exclusive, Duration ttl, Optional<ModelSpec> own, ModelName... models) {
    return new Wish("me", Set.of(models), exclusive, Optional.empty(), ttl, PATIENCE, own);
  }

  private void asked(ModelName... models) {
    apply(
        LeaseDecision.write(
            new LeaseEvent.LeaseAsked(ID, wish(true, TTL, Optional.empty(), models), now), soft));
  }

  private void ready() {
    asked(A);
    told(granted(A, 41));
    held(A, 41, Optional.empty());
  }

  private void closed() {
    asked(A, B);
    told(granted(A, 41));
    told(granted(B, 7));
    apply(LeaseDecider.release(state, soft, "done", now));
    told(new ClaimReply.Returned(A, ID));
    told(new ClaimReply.Returned(B, ID));
  }

  /** Granted, and soon tired of waiting. */
  private void impatient() {
    apply(
        LeaseDecision.write(
            new LeaseEvent.LeaseAsked(
                ID,
                new Wish("me", Set.of(A), true, Optional.empty(), TTL, IMPATIENT, Optional.empty()),
                now),
            soft));
    told(granted(A, 41));
  }

  private static ClaimReply granted(ModelName model, long number) {
    return granted(model, number, 1);
  }

  private static ClaimReply granted(ModelName model, long number, long instance) {
    return new ClaimReply.Granted(model, ID, new InstanceId(model, instance), M1, number);
  }

  private LeaseDecision told(ClaimReply reply) {
    return apply(LeaseDecider.told(state, soft, reply, now));
  }

  private void held(ModelName model, long token, Optional<Refused> refused) {
    held(model, token, token, refused);
  }

  private LeaseDecision held(ModelName model, long token, long highest, Optional<Refused> refused) {
    return apply(
        LeaseDecider.held(
            state,
            soft,
            new HoldReply(
                new InstanceId(model, 1), new LeaseToken(ID, token), M1, highest, refused),
            now));
  }

  private LeaseDecision renewed(Optional<Duration> ttl) {
    return apply(LeaseTimeDecider.renewed(state, soft, ttl, now));
  }

  private LeaseDecision look() {
    return apply(LeaseDecider.look(state, soft, now));
  }

  private LeaseDecision apply(LeaseDecision decision) {
    soft = decision.soft();
    for (LeaseEvent event : decision.events()) {
      state = state.on(event);
    }
    return decision;
  }

  private List<LeaseOrder> orders() {
    return LeaseOrderDecider.orders(state, soft, now, false);
  }

  private static LeaseOrder claim(ModelName model, long floor) {
    return new LeaseOrder.Claim(model, floor, Optional.empty(), Optional.empty());
  }

  private static LeaseOrder hold(ModelName model, long token, Duration ttl) {
    return new LeaseOrder.Hold(M1, new InstanceId(model, 1), new LeaseToken(ID, token), ttl);
  }

  private LeaseView view() {
    return LeaseOutlook.reply(state, soft).lease().orElseThrow();
  }
}
