package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.Forecast.Shift;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.testing.Reports;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What names are told that others have taken and given back adds up to what there is. */
class YieldingTest {

  private static final MachineId M1 = new MachineId("m1");
  private static final Resources CLAIM = new Resources(0, 512, 0, 0);

  @Test
  void whatWasToldAsTakenAndHasGoneSinceIsToldAsGivenBack() {
    Sight sight = World.aReady().sight();
    Yielding told = told(shift("demo-90", true));

    assertThat(new Foresight(sight, sight, told).shifts()).containsExactly(shift("demo-90", false));
  }

  @Test
  void whatWasToldAsGivenBackIsNotGivenBackOnceMore() {
    Sight sight = World.aReady().sight();
    Yielding told = told(shift("demo-90", true), shift("demo-90", false));

    assertThat(new Foresight(sight, sight, told).shifts()).isEmpty();
  }

  @Test
  void whatAnotherNameHasTakenIsNotGivenBackInItsStead() {
    Sight sight = World.aReady().sight();

    assertThat(new Foresight(sight, sight, told(shift("chat-90", true))).shifts()).isEmpty();
  }

  @Test
  void whatANameHasToldBeforeItDoesNotTellAgain() {
    Sight sight = World.aReady().says(Reports.of("m2")).sight();
    Departure drain = new Departure(M1, Departure.Kind.DRAIN, Optional.empty());
    List<Shift> first = WhatIf.left(sight, drain, List.of()).atRest().shifts();

    List<Shift> again = WhatIf.left(sight, drain, first).atRest().shifts();

    assertThat(first).hasSize(2);
    assertThat(again).isEmpty();
  }

  private static Yielding told(Shift... earlier) {
    return Yielding.of(true, Optional.empty(), List.of(earlier));
  }

  private static Shift shift(String id, boolean taken) {
    return new Shift(M1, InstanceId.of(id), CLAIM, taken);
  }
}
