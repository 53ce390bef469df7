package io.remuda.deploy.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Adapter;
import io.remuda.deploy.check.Limits;
import io.remuda.deploy.check.Observation.AssignmentsTold;
import io.remuda.deploy.check.Observation.MachineSample;
import io.remuda.deploy.check.Observation.Sample;
import io.remuda.deploy.check.Settling;
import io.remuda.deploy.check.Violation;
import io.remuda.deploy.simulation.SimulatedRef;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Phase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One play: a registry, an operator, the machines that it is given, and all that lies between. */
final class Stage implements AutoCloseable {

  private static final Duration STEP = Duration.ofMillis(100);
  private static final Duration STAYS = Duration.ofSeconds(10);
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final Theatre theatre;
  private final Path folder;
  private final long beginMillis;
  private final Random random;
  private final Tale tale;
  private final Wire wire;
  private final Records records;
  private final Registry registry;
  private final Operator operator;
  private final List<Machine> machines = new ArrayList<>();

  Stage(Theatre theatre, long seed, Path folder) {
    this.theatre = theatre;
    this.folder = folder;
    this.beginMillis = theatre.scheduler().currentTimeMs();
    this.random = new Random(seed);
    this.tale = new Tale(this::now);
    this.wire = new Wire(this);
    this.records = new Records(this);
    tale.see(new AssignmentsTold(now()));
    script().by(records);
    this.operator = new Operator(this);
    this.registry = new Registry(this);
  }

  private JournalScript script() {
    return JournalScript.of(Adapter.toClassic(theatre.kit().system()));
  }

  Theatre theatre() {
    return theatre;
  }

  Tale tale() {
    return tale;
  }

  Wire wire() {
    return wire;
  }

  Records records() {
    return records;
  }

  Registry registry() {
    return registry;
  }

  Operator operator() {
    return operator;
  }

  Random random() {
    return random;
  }

  Machine machine(String id, long memoryMiB) {
    Machine machine = new Machine(this, new MachineId(id), memoryMiB, folder.resolve(id));
    machines.add(machine);
    return machine;
  }

  /** Machines m1, m2 and so on, of this size each, which have joined. */
  List<Machine> machines(int count, long memoryMiB) {
    for (int i = 1; i <= count; i++) {
      machine("m" + i, memoryMiB);
    }
    passes(Duration.ofSeconds(2));
    return List.copyOf(machines);
  }

  /** Since the play began. */
  Duration now() {
    return Duration.ofMillis(theatre.scheduler().currentTimeMs() - beginMillis);
  }

  /** The wall clock of everybody here. */
  Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return BEGIN.plus(now());
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  boolean chance(double share) {
    return share > 0 && random.nextDouble() < share;
  }

  /** By chance. */
  Duration upTo(Duration most) {
    return Duration.ofMillis(random.nextLong(most.toMillis() + 1));
  }

  void after(Duration delay, Runnable act) {
    theatre.scheduler().after(delay, act);
  }

  /** Tells {@code asker} too, after it was looked at. */
  <T> ActorRef<T> seeing(ActorRef<T> asker, Consumer<T> look) {
    return new SimulatedRef<>(
        "stage",
        "answer",
        (name, answer) -> {
          look.accept(answer);
          asker.tell(answer);
        });
  }

  void passes(Duration time) {
    theatre.timePasses(time);
  }

  /** Lets time pass until it is so; fails the play when it is not within {@code limit}. */
  void until(String what, Duration limit, BooleanSupplier so) {
    if (!comes(limit, so)) {
      throw new AssertionError("not within %d s: %s".formatted(limit.toSeconds(), what));
    }
  }

  private boolean comes(Duration limit, BooleanSupplier so) {
    Duration end = now().plus(limit);
    while (!so.getAsBoolean()) {
      if (now().compareTo(end) >= 0) {
        return false;
      }
      passes(STEP);
    }
    return true;
  }

  List<InstanceId> ready(ModelName name) {
    return machines.stream()
        .flatMap(machine -> machine.in(Phase.READY).stream())
        .filter(id -> id.model().equals(name))
        .toList();
  }

  /** How many instances of a name are ready, wherever they are. */
  int ready(String name) {
    return ready(new ModelName(name)).size();
  }

  /** The weather turns fair, the journal keeps everything, nobody is cut off. */
  void calm() {
    tale.tell("stage", "is calm");
    wire.weather(Wire.Weather.FAIR);
    wire.straighten();
    records.unreliable(0);
    records.slow(Duration.ZERO);
    records.undisturbed();
    machines.forEach(machine -> wire.join(machine.id().value()));
  }

  /**
   * The end of a good play: all is calm, everybody was answered, and within what is promised all is
   * as it is wished and stays so; nothing that was accepted is lost.
   */
  void finish() {
    calm();
    until("everybody is answered", Limits.PROMISED.settle(), operator::isContent);
    if (comes(Limits.PROMISED.settle(), () -> wrong().isEmpty())) {
      passes(STAYS);
    }
    wrong().forEach(tale::wrong);
    operator.lists();
  }

  private List<String> wrong() {
    Map<MachineId, MachineSample> there = new TreeMap<>();
    machines.forEach(machine -> there.put(machine.id(), machine.sample()));
    return Settling.wrong(new Sample(now(), records.sample(), there)).stream()
        .map(Violation::text)
        .toList();
  }

  @Override
  public void close() {
    registry.crash();
    machines.forEach(Machine::close);
    script().end();
  }
}
