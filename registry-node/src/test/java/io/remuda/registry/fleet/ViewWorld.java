package io.remuda.registry.fleet;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.journal.EventTail;
import io.remuda.registry.placement.FleetSnapshot.Machine;
import io.remuda.registry.testing.MovedClock;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A fleet view among probes, whose time a test moves by hand. */
final class ViewWorld {

  static final Config CONFIG =
      ManualTime.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 5
                  remuda.liveness.forget-after = 60s
                  """))
          .withFallback(ConfigFactory.load());
  static final RegistrySettings SETTINGS = RegistrySettings.from(CONFIG);
  static final Duration SOON = Duration.ofSeconds(20);
  static final MachineId M1 = new MachineId("m1");
  static final InstanceId DEMO_1 = InstanceId.of("demo-1");

  final ManualTime time;
  final MovedClock clock;
  final Fleet fleet;
  final TestProbe<NodeProtocol.Command> agent;
  final TestProbe<RegistryProtocol.Command> owner;
  final TestProbe<EventTail.Command> tail;
  final TestProbe<FleetProtocol.Machines> answers;
  final List<ModelName> woken;
  final List<RegistryProtocol.Command> toOwners;
  final List<String> unheard = new CopyOnWriteArrayList<>();
  final List<MachineId> lossTold;
  final List<MachineId> told;
  final List<ActorRef<RegistryProtocol.Command>> changed;
  final ActorRef<FleetProtocol.Command> view;

  /** Of a registry node that is a member. */
  ViewWorld(ActorTestKit kit) {
    this(kit, true);
  }

  ViewWorld(ActorTestKit kit, boolean joined) {
    this.time = ManualTime.get(kit.system());
    this.clock = new MovedClock();
    this.fleet = new Fleet();
    this.agent = kit.createTestProbe(NodeProtocol.Command.class);
    this.owner = kit.createTestProbe(RegistryProtocol.Command.class);
    this.tail = kit.createTestProbe(EventTail.Command.class);
    this.answers = kit.createTestProbe();
    this.woken = new CopyOnWriteArrayList<>();
    this.toOwners = new CopyOnWriteArrayList<>();
    this.lossTold = new CopyOnWriteArrayList<>();
    this.told = new CopyOnWriteArrayList<>();
    this.changed = new CopyOnWriteArrayList<>();
    this.view =
        kit.spawn(
            FleetView.create(
                fleet,
                SETTINGS,
                clock,
                new RegistryActors() {
                  @Override
                  public void tell(ModelName model, RegistryProtocol.Command command) {
                    toOwners.add(command);
                  }

                  @Override
                  public void leaseUnheard(LeaseId lease, ModelName model, long number) {
                    unheard.add(lease + " has " + model + " under " + number);
                  }

                  @Override
                  public void wake(ModelName model) {
                    woken.add(model);
                  }

                  @Override
                  public void machineSeen(
                      MachineId machine,
                      Optional<ActorRef<NodeProtocol.Command>> from,
                      Optional<NodeReport> report,
                      ActorRef<FleetProtocol.Command> who) {
                    told.add(machine);
                  }

                  @Override
                  public void lossTold(List<MachineId> machines) {
                    lossTold.addAll(machines);
                  }

                  @Override
                  public void changed(ActorRef<RegistryProtocol.Command> who) {
                    changed.add(who);
                  }
                },
                tail.getRef()));
    if (joined) {
      join();
    }
  }

  void join() {
    view.tell(FleetMessage.Joined.JOINED);
    barrier();
  }

  static ActorTestKit kit(String name) {
    return ActorTestKit.create(name, CONFIG);
  }

  void report(Reports report) {
    NodeReport said = report.build();
    view.tell(new FleetProtocol.Report(said, agent.getRef()));
    barrier();
    time.timePasses(Duration.ofMillis(20));
    Eventually.isTrue(
        "it is shown", SOON, () -> fleet.snapshot().machine(said.machine()).isPresent());
  }

  void watch(String model, String instance) {
    view.tell(
        new FleetMessage.Watch(
            new ModelName(model), Map.of(InstanceId.of(instance), M1), owner.getRef()));
  }

  void tick() {
    barrier();
    time.timePasses(SETTINGS.pingInterval());
  }

  /** Time passes while the view runs: in steps too short for a pause. */
  void pass(Duration time) {
    Duration step = SETTINGS.pingInterval().multipliedBy(3);
    for (Duration rest = time; !rest.isZero(); ) {
      Duration now = rest.compareTo(step) < 0 ? rest : step;
      clock.move(now);
      tick();
      barrier();
      rest = rest.minus(now);
    }
  }

  /** Answered last, so everything told before has been seen to. */
  void barrier() {
    view.tell(new FleetProtocol.ListMachines(answers.getRef()));
    answers.receiveMessage();
  }

  Machine machine() {
    return fleet.snapshot().machine(M1).orElseThrow();
  }

  void manyFallSilent() {
    for (int i = 1; i <= 5; i++) {
      report(Reports.of("m" + i));
    }
    pass(SETTINGS.reconcile().lostAfter().dividedBy(2).plusSeconds(3));
  }
}
