package io.remuda.deploy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Departure;
import io.remuda.protocol.model.Forecast;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.Spread;
import io.remuda.registry.model.Declaration;
import io.remuda.registry.model.EvictionDecider;
import io.remuda.registry.model.Instance;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.WhatIf;
import io.remuda.registry.model.Yielding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What is said beforehand of a deployment, a drain or a loss is what then happens in a fleet that
 * stands still otherwise, in which one name acts after the other: the same instances, under the
 * same ids, on the same machines, of all names. Some are pinned, some are of a higher priority than
 * others, and of some requests wait, so that idle ones give way.
 */
class WhatIfTest {

  /** So many are taken each time; {@code -Dwhatif.cases=N} takes more. */
  private static final int CASES = Integer.getInteger("whatif.cases", 200);

  private static final int PLANTED_CASES = 200;
  private static final int MOST_QUESTIONS = 100;

  /** A bug put into what is said, to see that it is found. */
  private enum Plant {
    NONE,
    /** A name does not hear what those before it would have taken. */
    DEAF,
    /** Nobody is thought to give way. */
    STUBBORN
  }

  /** Where a name's instances are. */
  private record Places(Optional<Refused> refused, Map<ModelName, Map<InstanceId, MachineId>> of) {}

  @Test
  void whatIsForeseenHappens() {
    int moved = 0;
    int gaveWay = 0;
    List<String> wrong = new ArrayList<>();
    for (long seed = 0; seed < CASES; seed++) {
      Case one = new Case(seed, Plant.NONE);
      Places foreseen = one.foreseen();
      boolean news = !foreseen.of().equals(one.places().of());
      gaveWay += one.gaveWay;
      Places happened = one.happened();
      if (!happened.equals(foreseen)) {
        wrong.add("seed %d, %s: foreseen %s, happened %s".formatted(seed, one, foreseen, happened));
      }
      moved += news ? 1 : 0;
    }
    assertThat(wrong).isEmpty();
    assertThat(moved).as("cases in which anything moves").isGreaterThan(CASES / 2);
    assertThat(gaveWay).as("instances that give way").isGreaterThanOrEqualTo(9);
  }

  @Test
  void aForecastThatThinksThatNobodyGivesWayIsFound() {
    assertThat(wrong(Plant.STUBBORN)).isPositive();
  }

  @Test
  void aNameThatDoesNotHearOfTheOthersIsFound() {
    assertThat(wrong(Plant.DEAF)).isPositive();
  }

  private static long wrong(Plant plant) {
    return IntStream.range(0, PLANTED_CASES)
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
    private int gaveWay;

    private Case(long seed, Plant plant) {
      this.random = new SplittableRandom(seed);
      this.plant = plant;
      // Every other fleet is full, so that what is wanted more has to take somebody's place.
      boolean crowded = random.nextBoolean();
      int machines = crowded ? random.nextInt(1, 4) : random.nextInt(2, 6);
      for (int i = 1; i <= machines; i++) {
        List<Long> gpus =
            random.nextInt(3) == 0
                ? List.of()
                : random.longs(random.nextInt(1, 4), 1, 4).mapToObj(size -> size * 8_000).toList();
        long memory = crowded ? 800L * random.nextInt(1, 4) : 1_000L * random.nextInt(2, 12);
        fleet.machine(new MachineId("m" + i), memory, 8, gpus);
      }
      int names = crowded ? random.nextInt(3, 8) : random.nextInt(1, 6);
      for (int i = 1; i <= names; i++) {
        ModelSpec spec = spec(new ModelName("model" + i), random.nextInt(3) == 0 ? 5 : 0);
        fleet.machines().stream()
            .filter(machine -> random.nextInt(6) == 0)
            .forEach(machine -> fleet.lacks(machine, spec.name()));
        fleet.deploy(spec, Optional.empty());
        fleet.settle(spec.name());
      }
      fleet.idle();
      int what = random.nextInt(10);
      this.deploys =
          what < 4 || (crowded && what < 8)
              ? Optional.of(
                  spec(
                      new ModelName("model" + random.nextInt(1, names + 2)),
                      crowded || random.nextInt(3) == 0 ? 5 : 0))
              : Optional.empty();
      deploys.ifPresent(spec -> wanted(spec));
      fleet.names().forEach(name -> fleet.state(name).live().ifPresent(now -> wanted(now.spec())));
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

    /**
     * Requests wait for some of those of the lowest priority, so that what gives way to them takes
     * nobody's place in turn.
     */
    private void wanted(ModelSpec spec) {
      if (spec.policies().keep().priority() == 0 && random.nextInt(4) == 0) {
        fleet.waits(spec.name(), 1);
      }
    }

    private ModelSpec spec(ModelName name, int priority) {
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
                  Optional.empty()),
              new Keep(random.nextInt(8) == 0, priority),
              Set.of()));
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
        return new Places(begun.refused(), places().of());
      }
      WhatIf play = begun.play().orElseThrow().atRest();
      for (int i = 0; i < fleet.machines().size() && play.asks().isPresent(); i++) {
        MachineId asked = play.asks().get();
        play = play.told(asked, Optional.of(fleet.described(asked, spec.name()))).atRest();
      }
      return after(answered(play).shifts());
    }

    /** Once all are heard that are asked to give way. */
    private WhatIf answered(WhatIf begun) {
      WhatIf play = begun;
      for (int i = 0; i < MOST_QUESTIONS && play.question().isPresent(); i++) {
        Yielding.Question question = play.question().get();
        RegistryProtocol.Foreseen said = foreseen(play.before().state().name(), question);
        gaveWay += said.refused().isEmpty() && !question.wish().sounding() ? 1 : 0;
        play = play.told(question, said).atRest();
      }
      return play;
    }

    private RegistryProtocol.Foreseen foreseen(ModelName to, Yielding.Question question) {
      if (plant == Plant.STUBBORN) {
        return RegistryProtocol.Foreseen.refused(Refused.of(ErrorCode.IN_USE, "stays"));
      }
      EvictionDecider.Ask ask =
          new EvictionDecider.Ask(
              question.id(),
              to,
              question.wish().priority(),
              question.wish().asked(),
              question.wish().sounding());
      WhatIf.Begun begun =
          WhatIf.givesWay(
              fleet.sight(question.id().model()), ask, question.departure(), question.before());
      return begun
          .play()
          .map(WhatIf::atRest)
          .map(
              rest ->
                  new RegistryProtocol.Foreseen(
                      Optional.of(rest.forecast()), rest.shiftsFor(ask), Optional.empty()))
          .orElseGet(() -> RegistryProtocol.Foreseen.refused(begun.refused().orElseThrow()));
    }

    private Places foreseenDeparture() {
      List<Forecast.Shift> shifts = new ArrayList<>();
      for (ModelName name : fleet.names(departure.machine(), departure.gpu())) {
        var sight = fleet.sight(name);
        WhatIf play =
            WhatIf.left(sight, departure, plant == Plant.DEAF ? List.of() : shifts).atRest();
        shifts.addAll(answered(play).shifts());
      }
      return after(shifts);
    }

    private Places after(List<Forecast.Shift> shifts) {
      Map<ModelName, Map<InstanceId, MachineId>> all = places().of();
      for (Forecast.Shift shift : shifts) {
        Map<InstanceId, MachineId> its =
            all.computeIfAbsent(shift.id().model(), name -> new TreeMap<>());
        if (shift.taken()) {
          its.put(shift.id(), shift.machine());
        } else {
          its.remove(shift.id());
        }
      }
      return new Places(Optional.empty(), all);
    }

    private Optional<Long> version(ModelName name) {
      return named ? fleet.state(name).live().map(Declaration::version) : Optional.empty();
    }

    /** Where all are once the change has been made and has come to rest. */
    private Places happened() {
      if (deploys.isPresent()) {
        ModelName name = deploys.get().name();
        Optional<Refused> refused = fleet.deploy(deploys.get(), version(name));
        fleet.settle(name);
        return new Places(refused, places().of());
      }
      List<ModelName> names = fleet.names(departure.machine(), departure.gpu());
      if (departure.kind() == Departure.Kind.LOSE) {
        fleet.lose(departure.machine());
      } else {
        fleet.drain(departure.machine(), departure.gpu());
      }
      names.forEach(fleet::settle);
      return places();
    }

    /** Of all names, and of the one that is to be deployed. */
    private Places places() {
      Map<ModelName, Map<InstanceId, MachineId>> all = new TreeMap<>();
      fleet.names().forEach(name -> all.put(name, meant(fleet.state(name))));
      deploys.ifPresent(spec -> all.put(spec.name(), meant(fleet.state(spec.name()))));
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
