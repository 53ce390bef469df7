package io.remuda.registry.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.PartWords;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a drain is refused with that would leave something without a place. */
class LastPlaceTest {

  private static final MachineId MACHINE = new MachineId("m1");
  private static final ModelName MINE = new ModelName("mine");

  @Test
  void namesWhatHasNoOtherPlaceInWordsThatCanBeTakenOut() {
    List<Forecast> both = List.of(stuck(MINE), stuck(new ModelName("theirs")));

    String told = MachineDecider.lastPlace(MACHINE, both).orElseThrow().message();

    assertThat(told)
        .startsWith(
            "machine m1 is the last place of mine: it finds no place; and the last place of theirs:"
                + " it finds no place; make room or add a machine");
    assertThat(PartWords.seenBy(MINE::equals, told))
        .contains("the last place of mine", "the last place of (not shown): it finds no place")
        .doesNotContain("theirs");
  }

  private static Forecast stuck(ModelName name) {
    Forecast.Move move =
        new Forecast.Move(
            Forecast.Kind.NO_PLACE,
            Optional.of(new InstanceId(name, 3)),
            Optional.of(MACHINE),
            Optional.empty(),
            Optional.empty(),
            "finds no place");
    return new Forecast(name, 1, 0, Optional.empty(), List.of(move), List.of());
  }
}
