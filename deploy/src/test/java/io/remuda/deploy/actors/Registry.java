package io.remuda.deploy.actors;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Listing;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.NodeReport;
import io.remuda.registry.RegistrySettings;
import io.remuda.registry.fleet.Fleet;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.fleet.FleetView;
import io.remuda.registry.fleet.RegistryActors;
import io.remuda.registry.journal.JournalStore.Owned;
import io.remuda.registry.journal.Unreadable;
import io.remuda.registry.machine.MachineActor;
import io.remuda.registry.model.CatalogLines;
import io.remuda.registry.model.RegistryMessage;
import io.remuda.registry.model.RegistryMessage.Stands;
import io.remuda.registry.model.RegistryMeters;
import io.remuda.registry.model.Surroundings;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A registry node: its real fleet view and the real owners of names and machines. They are begun by
 * the first word to them and stop when they fail, as sharded ones do; names are woken now and then,
 * as the node's guardian does.
 */
final class Registry implements RegistryActors {

  static final String NAME = "registry";
  static final JournalId JOURNAL = new JournalId("journal");

  private static final Duration MOVING = Duration.ofSeconds(3);
  private static final Duration SPREADING = Duration.ofMillis(200);
  private static final Duration RETRY = Theatre.CONFIG.getDuration("remuda.journal.retry-interval");

  private final Stage stage;
  private final RegistrySettings settings = RegistrySettings.from(Theatre.CONFIG);
  private final RegistryMeters meters = new RegistryMeters();
  private final Unreadable unreadable = new Unreadable();
  private final Catalog catalog = new Catalog();
  private final Set<ModelName> names = new TreeSet<>();
  private Fleet fleet = new Fleet();
  private Optional<ActorRef<FleetProtocol.Command>> view = Optional.empty();
  private Optional<ActorRef<Owners.Told>> owners = Optional.empty();
  private long terms;
  private long life;

  Registry(Stage stage) {
    this.stage = stage;
    start();
    wakeLater();
  }

  RegistrySettings settings() {
    return settings;
  }

  void start() {
    life++;
    fleet = new Fleet();
    ActorRef<FleetProtocol.Command> newView =
        stage
            .theatre()
            .spawn(
                FleetView.create(
                    fleet,
                    settings,
                    stage.clock(),
                    this,
                    stage.theatre().kit().system().ignoreRef()));
    newView.tell(FleetMessage.Joined.JOINED);
    newView.tell(new FleetMessage.Listed(List.copyOf(catalog.lines.values())));
    view = Optional.of(newView);
    owners =
        Optional.of(stage.theatre().spawn(Owners.create(stage, this, surroundings(newView), life)));
    wakeAll();
  }

  /** The node dies with everything that it has not written. */
  void crash() {
    stage.tale().tell(NAME, "crashes");
    owners.ifPresent(stage.theatre()::stop);
    view.ifPresent(stage.theatre()::stop);
    owners = Optional.empty();
    view = Optional.empty();
  }

  /** An owner ends, as when it moves to another node, which wakes it within a few seconds. */
  void end(ModelName name) {
    stage.tale().tell(NAME, "ends the owner of " + name);
    owners.ifPresent(all -> all.tell(new Owners.End(name)));
    stage.after(stage.upTo(MOVING), () -> wake(name));
  }

  @Override
  public void tell(ModelName name, RegistryProtocol.Command command) {
    names.add(name);
    owners.ifPresent(all -> all.tell(new Owners.ToName(name, command)));
  }

  /** In these plays nobody has leases. */
  @Override
  public void leaseUnheard(LeaseId lease, ModelName name, long number) {}

  void tell(MachineId machine, MachineProtocol.Command command) {
    owners.ifPresent(all -> all.tell(new Owners.ToMachine(machine, command)));
  }

  /** A machine's word. */
  void heard(FleetProtocol.Command word) {
    view.ifPresent(there -> there.tell(word));
  }

  private void wakeLater() {
    stage.after(
        settings.wakeInterval(),
        () -> {
          wakeAll();
          wakeLater();
        });
  }

  private void wakeAll() {
    for (ModelName name : List.copyOf(names)) {
      wake(name);
      tell(name, new RegistryMessage.Written(name, last(name)));
    }
  }

  @Override
  public void wake(ModelName model) {
    tell(model, new RegistryMessage.Wake(model));
  }

  @Override
  public void machineSeen(
      MachineId machine,
      Optional<ActorRef<NodeProtocol.Command>> agent,
      Optional<NodeReport> report,
      ActorRef<FleetProtocol.Command> from) {
    tell(machine, new MachineActor.Seen(machine, agent, report, from));
  }

  @Override
  public void lossTold(List<MachineId> machines) {}

  @Override
  public void changed(ActorRef<RegistryProtocol.Command> owner) {
    owner.tell(RegistryMessage.Look.NOW);
  }

  private Surroundings surroundings(ActorRef<FleetProtocol.Command> itsView) {
    return new Surroundings(
        JOURNAL,
        settings,
        stage.clock(),
        fleet,
        itsView,
        catalog,
        name -> CompletableFuture.completedFuture(new Owned(++terms, last(name))),
        this::journalAway,
        unreadable,
        meters);
  }

  /** The number of the last event of a name. */
  private long last(ModelName name) {
    return stage.records().state(name).sequence();
  }

  /** All nodes' catalog, which outlives this one. */
  private final class Catalog implements CatalogLines {
    private final Map<ModelName, Listing> lines = new HashMap<>();

    @Override
    public void show(Listing line) {
      stage.tale().count(line.toString());
      lines.put(line.name(), line);
      // All nodes see it a moment later.
      stage.after(SPREADING, () -> heard(new FleetMessage.Listed(List.of(line))));
    }

    @Override
    public Map<ModelName, Listing> known() {
      return Collections.unmodifiableMap(lines);
    }

    @Override
    public CompletionStage<Stands> whatIs(ModelName name) {
      Optional<Listing> line =
          Optional.ofNullable(lines.get(name)).filter(l -> l.phase() != DeploymentPhase.ENDED);
      return CompletableFuture.completedFuture(
          new Stands(
              line.isPresent() && line.get().alias().isEmpty(), line.flatMap(Listing::alias)));
    }

    @Override
    public CompletionStage<Optional<Listing>> shown(ModelName name) {
      return CompletableFuture.completedFuture(Optional.ofNullable(lines.get(name)));
    }
  }

  /** The guardian looks after it, and wakes all names when it answers. */
  private void journalAway() {
    stage.tale().tell(NAME, "takes the journal for away");
    stage.after(RETRY, this::wakeAll);
  }
}
