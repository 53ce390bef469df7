package io.remuda.node.duty;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.TaskFacet;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FacetPolicyTest {
  private static final long PATIENCE = 100;
  private static final Optional<String> AWAY = Optional.of("the broker is away");

  private final FacetPolicy taking = FacetPolicy.connecting().seen(Optional.empty(), 0, PATIENCE);

  @Test
  void isOffUntilTheQueueIsReachedForTheFirstTime() {
    assertThat(FacetPolicy.connecting().facet().taking()).isFalse();
    assertThat(FacetPolicy.connecting().seen(AWAY, 0, PATIENCE).facet())
        .isEqualTo(TaskFacet.off("the broker is away"));
    assertThat(taking.facet()).isEqualTo(TaskFacet.TAKING);
  }

  @Test
  void isOffOnlyAfterThePatienceAndSaysTheNewestReason() {
    FacetPolicy soon = taking.seen(AWAY, 10, PATIENCE).seen(AWAY, 109, PATIENCE);
    FacetPolicy late = soon.seen(Optional.of("still away"), 110, PATIENCE);

    assertThat(soon.facet()).isEqualTo(TaskFacet.TAKING);
    assertThat(late.facet()).isEqualTo(TaskFacet.off("still away"));
  }

  @Test
  void isOnAtOnceWhenTheQueueIsBackAndCountsItsNextAbsenceAfresh() {
    FacetPolicy back =
        taking
            .seen(AWAY, 0, PATIENCE)
            .seen(AWAY, 200, PATIENCE)
            .seen(Optional.empty(), 201, PATIENCE);

    assertThat(back.facet()).isEqualTo(TaskFacet.TAKING);
    assertThat(back.seen(AWAY, 300, PATIENCE).facet()).isEqualTo(TaskFacet.TAKING);
  }
}
