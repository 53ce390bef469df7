package io.remuda.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseView;
import io.remuda.registry.lease.LeaseEvent.LeaseClosed;
import io.remuda.registry.model.ClaimReply;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a lease ends and gives back what it has, and what it keeps when it is asked, as values. */
class LeaseEndTest extends LeaseStage {

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
  void aModelThatIsNotThereOrIsRemovedEndsIt() {
    ready();

    told(
        new ClaimReply.Rejected(A, ID, Refused.of(ErrorCode.MODEL_NOT_FOUND, "a is not deployed")));

    assertThat(view().state()).isEqualTo(LeaseView.State.ENDED);
    assertThat(view().reason()).hasValue("a is not deployed");
    assertThat(view().code()).hasValue(ErrorCode.MODEL_NOT_FOUND);
  }

  @Test
  void whatNoRefusalEndedHasNoCode() {
    ready();

    apply(LeaseDecider.release(state, soft, "done", now));

    assertThat(view().state()).isEqualTo(LeaseView.State.ENDED);
    assertThat(view().code()).isEmpty();
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
  void whatALateWordHasDeployedOnceMoreIsTakenBackWhenItsOwnerAsks() {
    brings();
    own(LeaseOrder.Own.DEPLOY, Optional.empty());
    apply(LeaseDecider.stillWanted(state, soft, new ModelName("mine"), 0));
    assertThat(orders())
        .as("it lives")
        .containsExactly(claim(new ModelName("mine"), 0))
        .doesNotContain(LeaseOrder.Own.REMOVE);
    apply(LeaseDecider.release(state, soft, "done", now));
    told(new ClaimReply.Returned(new ModelName("mine"), ID));
    own(LeaseOrder.Own.REMOVE, Optional.empty());
    assertThat(state.closed()).isTrue();
    assertThat(orders()).isEmpty();

    takesBackWhenAsked();
    soft = LeaseSoft.begun(state, now);
    assertThat(orders()).as("by its actor's next life, too").isEmpty();
    takesBackWhenAsked();
  }

  @Test
  void whatWasRefusedAndIsDeployedByALateWordIsTakenBackWhenItsOwnerAsks() {
    brings();
    own(LeaseOrder.Own.DEPLOY, Optional.of(ErrorCode.SPEC_CONFLICT));
    told(new ClaimReply.Returned(new ModelName("mine"), ID));
    assertThat(orders()).isEmpty();

    takesBackWhenAsked();
    soft = LeaseSoft.begun(state, now);
    assertThat(orders()).isEmpty();
    takesBackWhenAsked();
  }

  private void takesBackWhenAsked() {
    LeaseDecision asked = LeaseDecider.stillWanted(state, soft, new ModelName("mine"), 0);
    apply(asked);
    assertThat(asked.say()).isTrue();
    assertThat(orders()).containsExactly(LeaseOrder.Own.REMOVE);
    own(LeaseOrder.Own.REMOVE, Optional.empty());
    assertThat(orders()).isEmpty();
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
      assertThat(view().code()).hasValue(code);
      assertThat(state.closed()).as("nothing to remove").isTrue();
    }
  }
}
