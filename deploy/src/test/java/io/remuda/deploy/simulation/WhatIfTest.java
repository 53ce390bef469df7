package io.remuda.deploy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.Spread;
import io.remuda.registry.model.Instance;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.WhatIf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What is said beforehand of a deployment, a drain or a loss is what then happens in a fleet that
 * stands still otherwise, in which one name acts after the other: the same instances, under the
 * same ids, on the same machines.
 */
class WhatIfTest {

  private static final int CASES = 200;

  /** A bug put into what is said, to see that it is found. */
  private enum Plant {
    NONE,
    /** A name does not hear what those before it would have taken. */
    DEAF
  }

  /** Where a name's instances are. */
  private record Places(Optional<Refused> refused, Map<ModelName, Map<InstanceId, MachineId>> of) {}

  @Test
  void whatIsForeseenHappens() {
    int moved = 0;
    List<String> wrong = new ArrayList<>();
    for (long seed = 0; seed < CASES; seed++) {
      Case one = new Case(seed, Plant.NONE);
      Places foreseen = one.foreseen();
      boolean news = !foreseen.of().equals(one.places(foreseen.of().keySet()).of());
      Places happened = one.happened();
      if (!happened.equals(foreseen)) {
        wrong.add("seed %d, %s: foreseen %s, happened %s".formatted(seed, one, foreseen, happened));
      }
      moved += news ? 1 : 0;
    }
    assertThat(wrong).isEmpty();
    assertThat(moved).as("cases in which anything moves").isGreaterThan(CASES / 2);
  }

  @Test
  void aNameThatDoesNotHearOfTheOthersIsFound() {
    assertThat(wrong(Plant.DEAF)).isPositive();
  }

  private static long wrong(Plant plant) {
    return IntStream.range(0, CASES)
        .mapToObj(seed -> new Case(seed, plant))
        .filter(one -> !one.foreseen().equals(one.happened()))
        .count();
  }

  /** A fleet with some models, and one change to it. */
  private static final class Case {
    private final SplittableRandom random;
    private final Plant plant;
    private final StillFleet fleet = new StillFleet();
    private final Optional<ModelSpec> deploys;
    private final boolean named;
    private final Departure departure;

    private Case(long seed, Plant plant) {
      this.random = new SplittableRandom(seed);
      this.plant = plant;
      int machines = random.nextInt(2, 6);
      for (int i = 1; i <= machines; i++) {
        List<Long> gpus =
            random.nextInt(3) == 0
                ? List.of()
                : random.longs(random.nextInt(1, 4), 1, 4).mapToObj(size -> size * 8_000).toList();
        fleet.machine(new MachineId("m" + i), 1_000L * random.nextInt(2, 12), 8, gpus);
      }
      int names = random.nextInt(1, 6);
      for (int i = 1; i <= names; i++) {
        ModelSpec spec = spec(new ModelName("model" + i));
        fleet.machines().stream()
            .filter(machine -> random.nextInt(6) == 0)
            .forEach(machine -> fleet.lacks(machine, spec.name()));
        fleet.deploy(spec, Optional.empty());
        fleet.settle(spec.name());
      }
      int what = random.nextInt(10);
      this.deploys =
          what < 4
              ? Optional.of(spec(new ModelName("model" + random.nextInt(1, names + 2))))
              : Optional.empty();
      this.named = random.nextInt(4) > 0;
      MachineId machine = fleet.machines().get(random.nextInt(machines));
      List<String> gpus = fleet.gpus(machine);
      Optional<String> gpu =
          what < 6 && !gpus.isEmpty()
              ? Optional.of(gpus.get(random.nextInt(gpus.size())))
              : Optional.empty();
      this.departure =
          new Departure(machine, what < 8 ? Departure.Kind.DRAIN : Departure.Kind.LOSE, gpu);
    }

    private ModelSpec spec(ModelName name) {
      RolloutWish.Strategy[] strategies = RolloutWish.Strategy.values();
      return new ModelSpec(
          name,
          "still",
          Optional.empty(),
          random.nextInt(1, 4),
          random.nextInt(4) == 0 ? Optional.empty() : Optional.of(claim()),
          random.nextBoolean() ? OptionalInt.of(2_048) : OptionalInt.empty(),
          OptionalInt.empty(),
          Map.of(),
          Map.of(),
          random.nextBoolean() ? Spread.SPREAD : Spread.BINPACK,
          random.nextInt(6) == 0,
          Optional.empty(),
          new Policies(
              Optional.empty(),
              new RolloutWish(
                  strategies[random.nextInt(strategies.length)],
                  random.nextInt(1, 3),
                  Optional.empty())));
    }

    private Resources claim() {
      return random.nextBoolean()
          ? new Resources(1_000L * random.nextInt(0, 12), 200, 0.5, random.nextInt(1, 3))
          : new Resources(0, 300L * random.nextInt(1, 9), 0.5, 0);
    }

    /** Where all would be. */
    private Places foreseen() {
      return deploys.map(this::foreseen).orElseGet(this::foreseenDeparture);
    }

    private Places foreseen(ModelSpec spec) {
      WhatIf.Begun begun =
          WhatIf.deploy(fleet.sight(spec.name()), Map.of(), spec, version(spec.name()), false);
      if (begun.refused().isPresent()) {
        return new Places(begun.refused(), places(List.of(spec.name())).of());
      }
      WhatIf play = begun.play().orElseThrow().atRest();
      for (int i = 0; i < fleet.machines().size() && play.asks().isPresent(); i++) {
        MachineId asked = play.asks().get();
        play = play.told(asked, Optional.of(fleet.described(asked, spec.name()))).atRest();
      }
      Map<ModelName, Map<InstanceId, MachineId>> all = new TreeMap<>();
      all.put(spec.name(), after(spec.name(), play.shifts()));
      return new Places(Optional.empty(), all);
    }

    private Places foreseenDeparture() {
      List<Forecast.Shift> shifts = new ArrayList<>();
      Map<ModelName, Map<InstanceId, MachineId>> all = new TreeMap<>();
      for (ModelName name : fleet.names(departure.machine(), departure.gpu())) {
        var sight = fleet.sight(name);
        WhatIf play =
            WhatIf.left(sight, departure, plant == Plant.DEAF ? List.of() : shifts).atRest();
        all.put(name, after(name, play.shifts()));
        shifts.addAll(play.shifts());
      }
      return new Places(Optional.empty(), all);
    }

    private Map<InstanceId, MachineId> after(ModelName name, List<Forecast.Shift> shifts) {
      Map<InstanceId, MachineId> places = new TreeMap<>(meant(fleet.state(name)));
      shifts.stream().filter(shift -> !shift.taken()).forEach(shift -> places.remove(shift.id()));
      shifts.stream()
          .filter(Forecast.Shift::taken)
          .forEach(shift -> places.put(shift.id(), shift.machine()));
      return places;
    }

    private Optional<Long> version(ModelName name) {
      return named
          ? fleet.state(name).live().map(ModelState.Declaration::version)
          : Optional.empty();
    }

    /** Where all are once the change has been made and has come to rest. */
    private Places happened() {
      if (deploys.isPresent()) {
        ModelName name = deploys.get().name();
        Optional<Refused> refused = fleet.deploy(deploys.get(), version(name));
        fleet.settle(name);
        return new Places(refused, places(List.of(name)).of());
      }
      List<ModelName> names = fleet.names(departure.machine(), departure.gpu());
      if (departure.kind() == Departure.Kind.LOSE) {
        fleet.lose(departure.machine());
      } else {
        fleet.drain(departure.machine(), departure.gpu());
      }
      names.forEach(fleet::settle);
      return places(names);
    }

    private Places places(Iterable<ModelName> names) {
      Map<ModelName, Map<InstanceId, MachineId>> all = new TreeMap<>();
      names.forEach(name -> all.put(name, meant(fleet.state(name))));
      return new Places(Optional.empty(), all);
    }

    private static Map<InstanceId, MachineId> meant(ModelState state) {
      Map<InstanceId, MachineId> places = new TreeMap<>();
      state.instances().values().stream()
          .filter(instance -> !instance.stopping())
          .forEach((Instance instance) -> places.put(instance.id(), instance.machine()));
      return places;
    }

    @Override
    public String toString() {
      return deploys.map(spec -> "deploy " + spec + " " + named).orElseGet(departure::toString);
    }
  }
}
