package io.remuda.deploy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.simulation.Simulation.Outcome;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the simulation is worth: it repeats itself, leaves well alone, and finds what is wrong. */
class SimulationTest {

  private static final int STEPS = 3_000;
  private static final int SEEDS_FOR_A_PLANT = 200;

  @Test
  void aSeedTellsTheSameStoryTwice() {
    Simulations simulations = new Simulations(STEPS, Plant.NONE);

    Outcome first = simulations.run(7);
    Outcome second = simulations.run(7);

    assertThat(second).isEqualTo(first);
    assertThat(simulations.run(8).hash()).isNotEqualTo(first.hash());
  }

  @Test
  void fleetsComeToRestAfterTheirFaults() throws InterruptedException {
    Optional<Outcome> wrong =
        new Simulations(STEPS, Plant.NONE).run(1, 40, 1, done -> assertThat(done).isPositive());

    assertThat(wrong.map(Simulation::text)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aPlantedBugIsFoundAndItsSeedFindsItAgain(Plant plant) throws InterruptedException {
    Simulations simulations = new Simulations(STEPS, plant);

    Optional<Outcome> found = simulations.run(1, SEEDS_FOR_A_PLANT, 1, done -> {});

    assertThat(found).as(plant.meaning()).isPresent();
    Outcome again = simulations.run(found.get().seed());
    assertThat(again).isEqualTo(found.get());
    assertThat(Simulation.text(again)).last().asString().startsWith("seed " + again.seed());
  }
}
