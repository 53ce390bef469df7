package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
    ObjectNode json = LeaseViews.shown(ended(Optional.of(ErrorCode.CANNOT_BE_PLACED)));

    assertThat(json.path("state").asText()).isEqualTo("ENDED");
    assertThat(json.path("code").asText()).isEqualTo("cannot_be_placed");
  }

  @Test
  void oneThatEndedOtherwiseHasNoCode() {
    assertThat(LeaseViews.shown(ended(Optional.empty())).path("code").isNull()).isTrue();
  }

  private static LeaseView ended(Optional<ErrorCode> code) {
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
        view.reason(),
        view.slots(),
        code);
  }
}
