package io.remuda.registry.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.LeaseView;
import io.remuda.registry.lease.LeaseEvent.LeaseGranted;
import io.remuda.registry.lease.LeaseEvent.LeaseMoved;
import io.remuda.registry.model.ClaimReply;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a lease makes of what it is granted and of what it has to wait for, as values. */
class LeaseGrantDeciderTest extends LeaseStage {

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
}
