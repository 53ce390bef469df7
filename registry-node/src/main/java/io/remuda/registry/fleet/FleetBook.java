package io.remuda.registry.fleet;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.FleetProtocol.Demand;
import io.remuda.protocol.FleetProtocol.Leaving;
import io.remuda.protocol.FleetProtocol.Report;
import io.remuda.protocol.Listing;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.NodeReport;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.fleet.FleetMessage.CapacityTold;
import io.remuda.registry.fleet.FleetMessage.MachineDecided;
import io.remuda.registry.fleet.FleetMessage.MembersSeen;
import io.remuda.registry.fleet.FleetMessage.Watch;
import io.remuda.registry.placement.FleetSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one registry node knows of the fleet, and what follows from it: soft state, rebuilt from
 * reports within seconds. It is told the time, so that a simulation keeps one as a {@link
 * FleetView} does; it speaks to machines only to ping them. Belongs to one actor.
 */
public final class FleetBook {

  private final RegistrySettings settings;
  private final Pings pings;
  private final Machines machines = new Machines();
  private final OwnPause own;
  private final Watches watches = new Watches();
  private final Demands demands;
  private Map<ModelName, Keep> keeps = Map.of();
  private Map<ModelName, Integer> spares = Map.of();

  /** Machines of which something new was heard that the snapshot does not show yet. */
  private final Set<MachineId> news = new HashSet<>();

  private LossBrake brake = LossBrake.OFF;
  private long ticks;

  /**
   * What a report comes to.
   *
   * @param newLife whether its agent has begun since the last one
   * @param ownerless names that it runs and nobody here owns
   */
  public record Word(NodeReport report, boolean newLife, List<ModelName> ownerless) {

    /** Whether its registry actor is to hear of it at once. */
    public boolean isUrgent() {
      return newLife || !report.settled();
    }
  }

  /**
   * @param answers where machines' pongs go
   */
  public FleetBook(RegistrySettings settings, ActorRef<NodeProtocol.Pong> answers, Instant now) {
    this.settings = settings;
    this.pings = new Pings(answers);
    this.own = new OwnPause(settings.pingInterval(), now);
    this.demands = new Demands(settings.reconcile().scale().demandLimit());
  }

  /** Takes in a report; nothing comes of one that a later word outdates. */
  public Optional<Word> reported(Report said, Instant now) {
    NodeReport report = said.report();
    Optional<NodeHealth> known = machines.get(report.machine());
    if (machines.ids().isEmpty()) {
      own.heardFirst(now);
    }
    if (!machines.reported(report, said.agent(), now)) {
      return Optional.empty();
    }
    boolean newLife =
        known.map(last -> last.report().incarnation() != report.incarnation()).orElse(true);
    if (known.map(last -> last.left() || !last.tellsTheSame(report)).orElse(true)) {
      news.add(report.machine());
    }
    return Optional.of(new Word(report, newLife, watches.ownerless(report)));
  }

  /** Takes in an answer to a ping; whether it tells something new. */
  public boolean answered(NodeProtocol.Pong pong, Instant now) {
    Optional<NodeHealth> known = machines.get(pong.machine());
    machines.answered(pong, now);
    Optional<NodeHealth> next = machines.get(pong.machine());
    boolean isNews = next.isPresent() && !known.orElseThrow().tellsTheSame(next.get().report());
    if (isNews) {
      news.add(pong.machine());
    }
    return isNews;
  }

  public void watched(Watch watch) {
    watches.put(watch);
  }

  public void ownerStopped(ActorRef<RegistryProtocol.Command> owner) {
    watches.ownerStopped(owner);
  }

  public void members(MembersSeen seen) {
    machines.members(seen);
  }

  /** A gateway says what its clients ask for. */
  public void demanded(Demand demand, Instant now) {
    demands.told(demand, now);
  }

  /**
   * The catalog says what may take names' places from them, and how many instances they have for
   * the next lease alone; of what has ended nothing is kept.
   */
  public void listed(List<Listing> lines) {
    Map<ModelName, Keep> next = new HashMap<>(keeps);
    Map<ModelName, Integer> beyond = new HashMap<>(spares);
    for (Listing line : lines) {
      if (line.phase() == DeploymentPhase.ENDED || line.keep().isEmpty()) {
        next.remove(line.name());
        beyond.remove(line.name());
      } else {
        next.put(line.name(), line.keep().get());
        if (line.spare() > 0) {
          beyond.put(line.name(), line.spare());
        } else {
          beyond.remove(line.name());
        }
      }
    }
    // Made once, since each snapshot has them.
    keeps = Map.copyOf(next);
    spares = Map.copyOf(beyond);
  }

  /** From now on machines can be heard here. */
  public void joined(Instant now) {
    own.joined(now);
  }

  /** Whether that is later than what was known. */
  public boolean decided(MachineDecided told) {
    return machines.decided(told);
  }

  /** Whether that changes anything. */
  public boolean capacity(CapacityTold told) {
    return machines.capacity(told.machine(), told.capacity());
  }

  /** Whether it is the machine's present life that says goodbye. */
  public boolean leaving(Leaving leaving) {
    return machines.leaving(leaving.machine(), leaving.incarnation());
  }

  /** We run; a pause of this node that ends with this is nobody's silence. */
  public Optional<Duration> withoutOwnPause(Instant now) {
    Optional<Duration> pause = own.ran(now);
    if (pause.isPresent()) {
      brake = brake.withoutPause(pause.get());
      machines.withoutPause(pause.get(), now);
    }
    return pause;
  }

  /**
   * Once each ping interval: forgets who has been gone for very long, and pings who holds
   * something.
   *
   * @return whether machines' registry actors are to hear of them, so that a lost word is made good
   */
  public boolean tick(Instant now) {
    // Machines that have been gone for very long and hold nothing are listed no more.
    machines.forget(now.minus(settings.forgetAfter()), watches.machines());
    pings.send(machines, watches.instancesByMachine(), now);
    ticks++;
    Duration wake = settings.wakeInterval();
    if (ticks % Math.max(1, wake.toMillis() / settings.pingInterval().toMillis()) == 0) {
      watches.forgetWoken();
    }
    return ticks % 5 == 0;
  }

  /** Pulls or lets go the mass-loss brake; whether it was pulled now. */
  public boolean brakes(Instant now) {
    LossBrake before = brake;
    brake = brake.after(settings.brake(), silences(now), now);
    return brake.holds() && !before.holds();
  }

  public Optional<Instant> brakedUntil() {
    return brake.until();
  }

  /** Machines that have been silent for so long that they count as vanished. */
  public Set<MachineId> silent(Instant now) {
    return LossBrake.silent(settings.brake(), silences(now));
  }

  /** What the brake keeps from being given up; nothing while it does not hold. */
  public Set<MachineId> held(Instant now) {
    return brake.holds() ? silent(now) : Set.of();
  }

  /** An operator says that they are gone for good. */
  public void confirmed(Set<MachineId> gone) {
    brake = brake.confirmedFor(gone);
  }

  public FleetSnapshot snapshot(Instant now) {
    return FleetSnapshot.of(own.watching(now), brake.holds(), brake.confirmed(), machines.seen(now))
        .with(demands.all(now))
        .keeping(keeps)
        .sparing(spares);
  }

  /** Where commands to each machine go. */
  public Map<MachineId, ActorRef<NodeProtocol.Command>> agents() {
    return machines.agents();
  }

  /** The machines with news since this was last asked. */
  public List<MachineId> takeNews() {
    List<MachineId> told = news.stream().sorted().toList();
    news.clear();
    return told;
  }

  /** Who has an instance on {@code machine}. */
  public List<ActorRef<RegistryProtocol.Command>> ownersOn(MachineId machine) {
    return watches.ownersOn(machine);
  }

  /** Each machine's last word, and where it came from. */
  public List<Report> lastWords() {
    return machines.all().stream()
        .map(health -> new Report(health.report(), health.agent()))
        .toList();
  }

  public List<MachineId> ids() {
    return List.copyOf(machines.ids());
  }

  Map<MachineId, MachineDecided> decided() {
    return machines.decided();
  }

  private Map<MachineId, Duration> silences(Instant now) {
    return machines.silences(watches.machines(), own.watching(now), now);
  }
}
