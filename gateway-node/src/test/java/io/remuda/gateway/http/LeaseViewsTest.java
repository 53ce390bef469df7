package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseView;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Leases as JSON. */
class LeaseViewsTest {

  private static final Wish WISH =
      new Wish(
          "me",
          Set.of(new ModelName("chat")),
          true,
          Optional.empty(),
          Duration.ofMinutes(1),
          Duration.ofMinutes(1),
          Optional.empty());

  @Test
  void aRefusalThatEndedItIsToldByItsCode() {
    ObjectNode json =
        LeaseViews.shown(ended(Optional.of(ErrorCode.CANNOT_BE_PLACED)), Caller.LOCAL);

    assertThat(json.path("state").asText()).isEqualTo("ENDED");
    assertThat(json.path("code").asText()).isEqualTo("cannot_be_placed");
  }

  @Test
  void oneThatEndedOtherwiseHasNoCode() {
    assertThat(LeaseViews.shown(ended(Optional.empty()), Caller.LOCAL).path("code").isNull())
        .isTrue();
  }

  /** Its reason is the model's, which does not know who asks. */
  @Test
  void whoMayNotSeeTheModelThatTookThePlaceIsNotToldItsName() {
    Caller narrow = new Caller("k", Set.of(Scope.INFER), Set.of(new ModelName("chat")));
    LeaseView waits = ended(Optional.empty(), Optional.of("gave way to theirs"));

    assertThat(LeaseViews.shown(waits, narrow).path("reason").asText())
        .isEqualTo("gave way to (not shown)");
    assertThat(LeaseViews.held(waits, "http://gw", narrow).path("reason").asText())
        .isEqualTo("gave way to (not shown)");
    assertThat(LeaseViews.shown(waits, Caller.LOCAL).path("reason").asText())
        .isEqualTo("gave way to theirs");
  }

  private static LeaseView ended(Optional<ErrorCode> code) {
    return ended(code, Optional.empty());
  }

  private static LeaseView ended(Optional<ErrorCode> code, Optional<String> reason) {
    LeaseView view = ScriptedLeases.view(new LeaseId("9f3a61"), WISH, LeaseView.State.ENDED);
    return new LeaseView(
        view.id(),
        view.owner(),
        view.state(),
        view.parts(),
        view.exclusive(),
        view.session(),
        view.ttl(),
        view.token(),
        view.position(),
        view.estimate(),
        view.createdAt(),
        view.expiresAt(),
        reason,
        view.slots(),
        code);
  }
}
