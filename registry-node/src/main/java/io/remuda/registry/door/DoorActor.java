package io.remuda.registry.door;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import io.remuda.protocol.WireMessage;
import io.remuda.protocol.cluster.FloodPolicy;
import io.remuda.registry.journal.PersistenceIds;
import java.time.Clock;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Writes down whom the registry nodes have turned away. Each node holds floods back by itself; here
 * the same is done for all of them together, since a stranger knocks at each.
 */
public final class DoorActor extends EventSourcedBehavior<DoorActor.Command, DoorEvent, DoorState> {

  public static final EntityTypeKey<Command> TYPE_KEY = EntityTypeKey.create(Command.class, "Door");

  /** There is one for the fleet. */
  public static final String ENTITY_ID = "fleet";

  private static final int SNAPSHOTS_KEPT = 2;

  /** What the door is told. */
  public interface Command extends WireMessage {}

  /** A registry node turned somebody away. */
  public record Refused(String remote, String reason, long unsaid) implements Command {}

  private final Clock clock;
  private final LongSupplier nanos;
  private final FloodPolicy flood;
  private final int snapshotEvery;

  private DoorActor(Clock clock, LongSupplier nanos, FloodPolicy flood, int snapshotEvery) {
    super(PersistenceId.ofUniqueId(PersistenceIds.door()));
    this.clock = clock;
    this.nanos = nanos;
    this.flood = flood;
    this.snapshotEvery = snapshotEvery;
  }

  public static Behavior<Command> create(
      Clock clock, LongSupplier nanos, FloodPolicy flood, int snapshotEvery) {
    return Behaviors.setup(context -> new DoorActor(clock, nanos, flood, snapshotEvery));
  }

  @Override
  public DoorState emptyState() {
    return new DoorState(0);
  }

  @Override
  public EventHandler<DoorState, DoorEvent> eventHandler() {
    return (state, event) -> state.next();
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(snapshotEvery, SNAPSHOTS_KEPT);
  }

  @Override
  public CommandHandler<Command, DoorEvent, DoorState> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(
            Refused.class,
            refused -> {
              OptionalLong unsaid = flood.ask(refused.remote(), nanos.getAsLong());
              return unsaid.isEmpty()
                  ? Effect().none()
                  : Effect()
                      .persist(
                          new DoorEvent.NodeRefused(
                              refused.remote(),
                              refused.reason(),
                              refused.unsaid() + unsaid.getAsLong(),
                              clock.instant()));
            })
        .build();
  }
}
