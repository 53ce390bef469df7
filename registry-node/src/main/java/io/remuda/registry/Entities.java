package io.remuda.registry;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityContext;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.AllowanceProtocol;
import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.FleetProtocol;
import io.remuda.protocol.Keys;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.UsageProtocol;
import io.remuda.protocol.cluster.FloodPolicy;
import io.remuda.protocol.cluster.PeerRefused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.NodeReport;
import io.remuda.registry.access.AccessActor;
import io.remuda.registry.audit.AuditActor;
import io.remuda.registry.door.DoorActor;
import io.remuda.registry.fleet.FleetMessage;
import io.remuda.registry.fleet.RegistryActors;
import io.remuda.registry.journal.JournalStore;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.StoreAway;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.lease.LeaseActor;
import io.remuda.registry.lease.LeaseMessage;
import io.remuda.registry.machine.MachineActor;
import io.remuda.registry.model.RegistryActor;
import io.remuda.registry.model.RegistryMessage;
import io.remuda.registry.model.Surroundings;
import io.remuda.registry.usage.AllowanceActor;
import io.remuda.registry.usage.UsageActor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The sharded entities of a registry node: how they are made, and how they are reached. While the
 * journal's database is away, a stand-in that refuses takes the place of each. Before the node has
 * joined and once it leaves, nothing is sent to them: woken while they are handed over they would
 * hold that up.
 */
final class Entities implements RegistryActors {

  private static final Duration FIND_LIMIT = Duration.ofSeconds(3);

  private final ActorSystem<?> system;
  private final JournalStore store;
  private final Spread spread;
  // Set by the guardian's thread and the shutdown's, read by the fleet view's too.
  private volatile boolean open;

  Entities(ActorSystem<?> system, JournalStore store) {
    this.system = system;
    this.store = store;
    this.spread = new Spread(system);
  }

  boolean isOpen() {
    return open;
  }

  void close() {
    open = false;
  }

  /** Lets them live here; {@code around} is asked once the journal's identity is known. */
  void open(RegistrySettings settings, Supplier<Surroundings> around) {
    start(
        RegistryProtocol.TYPE_KEY,
        RegistryProtocol.Command.class,
        entity ->
            RegistryActor.create(
                new ModelName(entity.getEntityId()), around.get(), succession(entity)));
    start(
        MachineProtocol.TYPE_KEY,
        MachineProtocol.Command.class,
        entity ->
            MachineActor.create(
                new MachineId(entity.getEntityId()), around.get(), succession(entity)));
    start(
        LeaseProtocol.TYPE_KEY,
        LeaseProtocol.Command.class,
        entity ->
            LeaseActor.create(
                new LeaseId(entity.getEntityId()),
                around.get(),
                model ->
                    ClusterSharding.get(system)
                        .entityRefFor(RegistryProtocol.TYPE_KEY, model.value()),
                succession(entity)));
    start(
        AccessProtocol.TYPE_KEY,
        AccessProtocol.Command.class,
        entity ->
            AccessActor.create(
                around.get().clock(),
                settings.snapshotEvery(),
                spread::access,
                store::markDown,
                around.get().unreadable(),
                succession(entity)));
    start(
        AuditProtocol.TYPE_KEY,
        AuditProtocol.Command.class,
        entity ->
            AuditActor.create(
                around.get().clock(),
                settings.snapshotEvery(),
                store::markDown,
                around.get().unreadable()));
    start(
        UsageProtocol.TYPE_KEY,
        UsageProtocol.Command.class,
        entity -> UsageActor.create(store.database(), settings.usage(), around.get().clock()));
    ClusterSharding.get(system)
        .init(
            Entity.of(
                    AllowanceProtocol.TYPE_KEY,
                    entity ->
                        AllowanceActor.create(
                            settings.allowance(),
                            self -> entity.getShard().tell(new ClusterSharding.Passivate<>(self))))
                .withRole(Keys.ROLE_REGISTRY));
    start(
        DoorActor.TYPE_KEY,
        DoorActor.Command.class,
        entity ->
            DoorActor.create(
                around.get().clock(),
                System::nanoTime,
                FloodPolicy.of(system.settings().config()),
                settings.snapshotEvery()));
    open = true;
  }

  /**
   * Writes down whom this node has turned away; while there is no journal its log alone says so.
   */
  void refused(PeerRefused peer) {
    if (open && store.isUp()) {
      ClusterSharding.get(system)
          .entityRefFor(DoorActor.TYPE_KEY, DoorActor.ENTITY_ID)
          .tell(new DoorActor.Refused(peer.remote(), peer.reason(), peer.unsaid()));
    }
  }

  Spread spread() {
    return spread;
  }

  private <C> void start(
      EntityTypeKey<C> key, Class<C> protocol, Function<EntityContext<C>, Behavior<C>> of) {
    ClusterSharding.get(system)
        .init(
            Entity.of(key, entity -> store.isUp() ? of.apply(entity) : StoreAway.of(protocol))
                .withRole(Keys.ROLE_REGISTRY));
  }

  private <C> Succession<C> succession(EntityContext<C> entity) {
    EntityRef<C> next =
        ClusterSharding.get(system).entityRefFor(entity.getEntityTypeKey(), entity.getEntityId());
    return new Succession<>(
        self -> entity.getShard().tell(new ClusterSharding.Passivate<>(self)), next::tell);
  }

  /** Makes an entity be there, wherever it belongs, and know all that is written of it. */
  void wake(JournalStore.Named named, ActorRef<FleetProtocol.Command> view) {
    String kind = PersistenceIds.kind(named.persistenceId());
    String entity = PersistenceIds.entity(named.persistenceId());
    if (kind.equals(RegistryProtocol.TYPE_KEY.name())) {
      ModelName model = new ModelName(entity);
      tell(model, new RegistryMessage.Written(model, named.last()));
    } else if (kind.equals(MachineProtocol.TYPE_KEY.name())) {
      MachineId machine = new MachineId(entity);
      machineSeen(machine, Optional.empty(), Optional.empty(), view);
      tell(machine, new MachineActor.Written(machine, named.last()));
    } else if (kind.equals(LeaseProtocol.TYPE_KEY.name())) {
      ClusterSharding.get(system)
          .entityRefFor(LeaseProtocol.TYPE_KEY, entity)
          .tell(new LeaseMessage.Written(new LeaseId(entity), named.last()));
    } else if (kind.equals(AccessProtocol.TYPE_KEY.name())) {
      ClusterSharding.get(system)
          .entityRefFor(AccessProtocol.TYPE_KEY, entity)
          .tell(new AccessActor.Written(named.last()));
    }
  }

  /** An ask of the keys' entity, which also makes it spread them to whoever lost them. */
  CompletionStage<AccessProtocol.Reply> askKeys(Duration limit) {
    return ClusterSharding.get(system)
        .entityRefFor(AccessProtocol.TYPE_KEY, AccessProtocol.ENTITY_ID)
        .ask(replyTo -> new AccessProtocol.ListKeys(Optional.empty(), replyTo), limit);
  }

  @Override
  public void wake(ModelName model) {
    tell(model, new RegistryMessage.Wake(model));
  }

  @Override
  public void tell(ModelName model, RegistryProtocol.Command message) {
    if (open) {
      ClusterSharding.get(system)
          .entityRefFor(RegistryProtocol.TYPE_KEY, model.value())
          .tell(message);
    }
  }

  @Override
  public void leaseUnheard(LeaseId lease, ModelName model, long number) {
    if (open) {
      ClusterSharding.get(system)
          .entityRefFor(LeaseProtocol.TYPE_KEY, lease.value())
          .tell(new LeaseMessage.StillWanted(lease, model, number));
    }
  }

  private void tell(MachineId machine, MachineProtocol.Command message) {
    if (open) {
      ClusterSharding.get(system)
          .entityRefFor(MachineProtocol.TYPE_KEY, machine.value())
          .tell(message);
    }
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
  public void lossTold(List<MachineId> machines) {
    CompletionStage<Receptionist.Listing> views =
        AskPattern.ask(
            system.receptionist(),
            replyTo -> Receptionist.find(FleetProtocol.FLEET_KEY, replyTo),
            FIND_LIMIT,
            system.scheduler());
    views.thenAccept(
        found ->
            found
                .getServiceInstances(FleetProtocol.FLEET_KEY)
                .forEach(view -> view.tell(new FleetMessage.LossTold(machines))));
  }

  @Override
  public void changed(ActorRef<RegistryProtocol.Command> owner) {
    owner.tell(RegistryMessage.Look.NOW);
  }
}
