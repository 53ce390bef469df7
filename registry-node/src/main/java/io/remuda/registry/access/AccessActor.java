package io.remuda.registry.access;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.RecoveryFailed;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.AccessProtocol.Command;
import io.remuda.protocol.AccessProtocol.Reply;
import io.remuda.protocol.AccessProtocol.TenantReply;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Keys;
import io.remuda.protocol.id.KeyId;
import io.remuda.registry.journal.EntityRecovery;
import io.remuda.registry.journal.PersistenceIds;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
import io.remuda.registry.journal.WaitingCommands;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Owner of the API keys: keeps them in the journal and spreads them to all gateways. It never sees
 * a secret, only its hash, and never forgets a revoked key.
 *
 * <p>A shell: {@link AccessDecider} decides.
 */
public final class AccessActor extends EventSourcedBehavior<Command, AccessEvent, AccessState> {

  private static final int SNAPSHOTS_KEPT = 2;

  /** Of the keys in one answer: well below a frame of Artery, which drops what is larger. */
  static final int PAGE_BYTES = 120_000;

  /**
   * Of all keys: half of what the parts of their table bear as messages, since ids fall into some
   * parts more often than into others.
   */
  static final int MOST_BYTES = Keys.SHARDS << 20;

  /** The journal holds events of the keys up to this number. */
  public record Written(long sequence) implements Command {}

  private final ActorContext<Command> context;
  private final Clock clock;
  private final int snapshotEvery;
  private final int mostBytes;
  private final WaitingCommands<Command> waiting;
  private final Succession<Command> succession;
  private final EntityRecovery<Command> recovery;
  private final AccessSteps steps;

  private AccessActor(
      ActorContext<Command> context,
      Clock clock,
      int snapshotEvery,
      int mostBytes,
      Consumer<AccessTable> spread,
      Runnable storeDown,
      Unreadable unreadable,
      WaitingCommands<Command> waiting,
      Succession<Command> succession) {
    super(
        PersistenceId.ofUniqueId(PersistenceIds.access()),
        unreadable.ending(PersistenceIds.access()));
    this.context = context;
    this.clock = clock;
    this.snapshotEvery = snapshotEvery;
    this.mostBytes = mostBytes;
    this.waiting = waiting;
    this.succession = succession;
    this.recovery =
        new EntityRecovery<>(
            context,
            new EntityRecovery.Subject(PersistenceIds.access(), "the API keys", "keys"),
            unreadable,
            storeDown,
            waiting,
            succession);
    this.steps = new AccessSteps(context, Effect(), spread, storeDown);
  }

  /**
   * The behaviour.
   *
   * @param spread takes keys and limits of tenants that are new or changed
   * @param storeDown told when the journal did not take an event
   */
  public static Behavior<Command> create(
      Clock clock,
      int snapshotEvery,
      Consumer<AccessTable> spread,
      Runnable storeDown,
      Unreadable unreadable,
      Succession<Command> succession) {
    return create(clock, snapshotEvery, MOST_BYTES, spread, storeDown, unreadable, succession);
  }

  /**
   * The same with another limit.
   *
   * @param mostBytes of all keys
   */
  static Behavior<Command> create(
      Clock clock,
      int snapshotEvery,
      int mostBytes,
      Consumer<AccessTable> spread,
      Runnable storeDown,
      Unreadable unreadable,
      Succession<Command> succession) {
    return Behaviors.setup(
        context -> {
          WaitingCommands<Command> waiting = new WaitingCommands<>(Command.class);
          return waiting.around(
              new AccessActor(
                  context,
                  clock,
                  snapshotEvery,
                  mostBytes,
                  spread,
                  storeDown,
                  unreadable,
                  waiting,
                  succession));
        });
  }

  @Override
  public AccessState emptyState() {
    return AccessState.EMPTY;
  }

  @Override
  public EventHandler<AccessState, AccessEvent> eventHandler() {
    return AccessState::on;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(snapshotEvery, SNAPSHOTS_KEPT);
  }

  @Override
  public SignalHandler<AccessState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.instance(),
            state -> {
              // One that is missing may be a revocation.
              recovery.completed(state.sequence(), lastSequenceNumber(context));
              steps.spreadAll(state);
            })
        .onSignal(RecoveryFailed.class, (state, failed) -> recovery.failed(failed.getFailure()))
        .onSignal(PostStop.instance(), state -> steps.end())
        .build();
  }

  @Override
  public CommandHandler<Command, AccessEvent, AccessState> commandHandler() {
    return waiting.counting(succession.over(Effect(), AccessActor::onward, handlers()));
  }

  /** All that somebody sent; how far the journal goes the next one sees for itself. */
  private static Optional<Command> onward(Command command) {
    return command instanceof Written ? Optional.empty() : Optional.of(command);
  }

  private CommandHandler<Command, AccessEvent, AccessState> handlers() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(
            AccessProtocol.CreateKey.class,
            (state, c) ->
                change(
                    state,
                    c.key().id(),
                    AccessDecider.create(state, c.key(), mostBytes, clock.instant()),
                    c.replyTo()))
        .onCommand(
            AccessProtocol.RevokeKey.class,
            (state, c) ->
                change(
                    state,
                    c.id(),
                    AccessDecider.revoke(state, c.id(), clock.instant()),
                    c.replyTo()))
        .onCommand(
            AccessProtocol.RotateKey.class,
            (state, c) ->
                change(
                    state,
                    c.id(),
                    AccessDecider.rotate(
                        state, c.id(), c.secretHash(), c.oldUntil(), clock.instant()),
                    c.replyTo()))
        .onCommand(
            AccessProtocol.LimitKey.class,
            (state, c) ->
                change(
                    state,
                    c.id(),
                    AccessDecider.limitKey(state, c.id(), c.limits(), clock.instant()),
                    c.replyTo()))
        .onCommand(AccessProtocol.LimitTenant.class, this::onLimitTenant)
        .onCommand(
            AccessProtocol.ListTenants.class,
            (state, wish) -> {
              wish.replyTo()
                  .tell(new TenantReply(List.copyOf(state.tenants().values()), Optional.empty()));
              return Effect().none();
            })
        .onCommand(AccessProtocol.ListKeys.class, this::onList)
        .onCommand(
            Written.class,
            (state, written) -> {
              // A key that was revoked by an earlier owner must not stay good.
              recovery.told(state.sequence(), written.sequence(), written);
              return Effect().none();
            })
        .build();
  }

  private Effect<AccessEvent, AccessState> onList(AccessState state, AccessProtocol.ListKeys wish) {
    if (wish.after().isEmpty()) {
      // Woken again and again, so that a gateway that lost its table gets it back.
      steps.spreadAll(state);
    }
    wish.replyTo().tell(new Reply(state.page(wish.after(), PAGE_BYTES), Optional.empty()));
    return Effect().none();
  }

  private Effect<AccessEvent, AccessState> change(
      AccessState state, KeyId key, AccessDecision decision, ActorRef<Reply> caller) {
    return steps.carryOut(
        state,
        decision,
        known -> caller.tell(new Reply(known.get(key).stream().toList(), Optional.empty())),
        why -> caller.tell(new Reply(List.of(), Optional.of(why))));
  }

  private Effect<AccessEvent, AccessState> onLimitTenant(
      AccessState state, AccessProtocol.LimitTenant c) {
    return steps.carryOut(
        state,
        AccessDecider.limitTenant(state, c.tenant(), c.limits(), clock.instant()),
        known ->
            c.replyTo()
                .tell(
                    new TenantReply(known.tenant(c.tenant()).stream().toList(), Optional.empty())),
        why -> c.replyTo().tell(new TenantReply(List.of(), Optional.of(why))));
  }
}
