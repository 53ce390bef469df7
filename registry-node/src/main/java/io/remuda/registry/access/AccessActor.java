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
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Command;
import io.remuda.protocol.AccessProtocol.Reply;
import io.remuda.protocol.AccessProtocol.TenantReply;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.TenantLimits;
import io.remuda.registry.access.AccessEvent.KeyCreated;
import io.remuda.registry.access.AccessEvent.KeyLimited;
import io.remuda.registry.access.AccessEvent.KeyRevoked;
import io.remuda.registry.access.AccessEvent.KeyRotated;
import io.remuda.registry.access.AccessEvent.TenantLimited;
import io.remuda.registry.journal.JournalGap;
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

  /** Secrets of one key that are good beside its newest: each is tried when a key is shown. */
  static final int MOST_REPLACED = 4;

  /** Their limits all fit into one message. */
  static final int MOST_TENANTS = 1_000;

  private static final String UNCONFIRMED =
      "the journal's database did not confirm the change to the API keys; list them again when it"
          + " answers";

  /** The journal holds events of the keys up to this number. */
  public record Written(long sequence) implements Command {}

  private final ActorContext<Command> context;
  private final Clock clock;
  private final int snapshotEvery;
  private final int mostBytes;
  private final Consumer<AccessTable> spread;
  private final Runnable storeDown;
  private final Unreadable unreadable;
  private final WaitingCommands<Command> waiting;
  private final Succession<Command> succession;
  private Optional<Runnable> unanswered = Optional.empty();

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
    this.spread = spread;
    this.storeDown = storeDown;
    this.unreadable = unreadable;
    this.waiting = waiting;
    this.succession = succession;
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
              JournalGap.refuseAny(
                  PersistenceIds.access(), state.sequence(), lastSequenceNumber(context));
              unreadable.read(PersistenceIds.access());
              spread.accept(all(state));
            })
        .onSignal(RecoveryFailed.class, (state, failed) -> onRecoveryFailed(failed.getFailure()))
        .onSignal(PostStop.instance(), state -> onStopped())
        .build();
  }

  private void onRecoveryFailed(Throwable failure) {
    boolean storeAway = waiting.recoveryFailed("the API keys", failure);
    // An outage fails all entities and is told of once for all: by whoever probes the database.
    if (!storeAway && unreadable.isNews(PersistenceIds.access(), waiting.reason().message())) {
      context.getLog().warn("event=recovery-failed keys why={}", failure.toString());
    }
    if (storeAway) {
      storeDown.run();
    }
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
        .onCommand(AccessProtocol.CreateKey.class, this::onCreate)
        .onCommand(AccessProtocol.RevokeKey.class, this::onRevoke)
        .onCommand(AccessProtocol.RotateKey.class, this::onRotate)
        .onCommand(AccessProtocol.LimitKey.class, this::onLimitKey)
        .onCommand(AccessProtocol.LimitTenant.class, this::onLimitTenant)
        .onCommand(AccessProtocol.ListTenants.class, this::onListTenants)
        .onCommand(AccessProtocol.ListKeys.class, this::onList)
        .onCommand(Written.class, this::onWritten)
        .build();
  }

  private Effect<AccessEvent, AccessState> onList(AccessState state, AccessProtocol.ListKeys wish) {
    if (wish.after().isEmpty()) {
      // Woken again and again, so that a gateway that lost its table gets it back.
      spread.accept(all(state));
    }
    wish.replyTo().tell(new Reply(state.page(wish.after(), PAGE_BYTES), Optional.empty()));
    return Effect().none();
  }

  private Effect<AccessEvent, AccessState> onCreate(
      AccessState state, AccessProtocol.CreateKey command) {
    Optional<ApiKey> known = state.get(command.key().id());
    if (known.isPresent()) {
      boolean same = known.get().secretHash().equals(command.key().secretHash());
      command
          .replyTo()
          .tell(
              same
                  ? new Reply(List.of(known.get()), Optional.empty())
                  : refused(
                      ErrorCode.INVALID_REQUEST,
                      "there is a key %s already; make one with another id"
                          .formatted(command.key().id())));
      return Effect().none();
    }
    if (state.size() + command.key().size() > mostBytes) {
      command
          .replyTo()
          .tell(
              refused(
                  ErrorCode.INSUFFICIENT_QUOTA,
                  "%d API keys are as many as gateways can be told of, revoked ones counted; use one"
                          .formatted(state.keys().size())
                      + " that there is, or name fewer models"));
      return Effect().none();
    }
    return write(new KeyCreated(command.key(), clock.instant()), command.replyTo());
  }

  private Effect<AccessEvent, AccessState> onRevoke(
      AccessState state, AccessProtocol.RevokeKey command) {
    Optional<ApiKey> known = state.get(command.id());
    if (known.isEmpty()) {
      command.replyTo().tell(noSuchKey(command.id()));
      return Effect().none();
    }
    if (known.get().revoked()) {
      command.replyTo().tell(new Reply(List.of(known.get()), Optional.empty()));
      return Effect().none();
    }
    return write(new KeyRevoked(command.id(), clock.instant()), command.replyTo());
  }

  private Effect<AccessEvent, AccessState> onRotate(
      AccessState state, AccessProtocol.RotateKey command) {
    Optional<ApiKey> known = state.get(command.id());
    if (known.isEmpty()) {
      command.replyTo().tell(noSuchKey(command.id()));
      return Effect().none();
    }
    if (known.get().revoked()) {
      command
          .replyTo()
          .tell(
              refused(
                  ErrorCode.INVALID_REQUEST,
                  "key %s was revoked, for ever; make another one".formatted(command.id())));
      return Effect().none();
    }
    if (known.get().secretHash().equals(command.secretHash())) {
      // Its reply was lost; what was written then is in force.
      command.replyTo().tell(new Reply(List.of(known.get()), Optional.empty()));
      return Effect().none();
    }
    if (command.oldUntil().isPresent()
        && known.get().goodBeside(clock.instant()).size() >= MOST_REPLACED) {
      command
          .replyTo()
          .tell(
              refused(
                  ErrorCode.INVALID_REQUEST,
                  "%d old secrets of key %s are still good; wait for the first one's end, or rotate it"
                          .formatted(MOST_REPLACED, command.id())
                      + " without overlap, which ends them all"));
      return Effect().none();
    }
    return write(
        new KeyRotated(command.id(), command.secretHash(), command.oldUntil(), clock.instant()),
        command.replyTo());
  }

  private Effect<AccessEvent, AccessState> onLimitKey(
      AccessState state, AccessProtocol.LimitKey command) {
    Optional<ApiKey> known = state.get(command.id());
    if (known.isEmpty()) {
      command.replyTo().tell(noSuchKey(command.id()));
      return Effect().none();
    }
    if (known.get().limits().equals(command.limits())) {
      command.replyTo().tell(new Reply(List.of(known.get()), Optional.empty()));
      return Effect().none();
    }
    return write(
        new KeyLimited(command.id(), command.limits(), clock.instant()), command.replyTo());
  }

  private Effect<AccessEvent, AccessState> onLimitTenant(
      AccessState state, AccessProtocol.LimitTenant command) {
    Optional<TenantLimits> known = state.tenant(command.tenant());
    Limits before = known.map(TenantLimits::limits).orElse(Limits.NONE);
    if (before.equals(command.limits())) {
      command.replyTo().tell(new TenantReply(known.stream().toList(), Optional.empty()));
      return Effect().none();
    }
    if (known.isEmpty() && state.tenants().size() >= MOST_TENANTS) {
      command
          .replyTo()
          .tell(
              refusedTenant(
                  ErrorCode.INSUFFICIENT_QUOTA,
                  "%d tenants with limits are as many as gateways can be told of; limit keys instead"
                      .formatted(MOST_TENANTS)));
      return Effect().none();
    }
    return write(
        new TenantLimited(command.tenant(), command.limits(), clock.instant()),
        written ->
            command
                .replyTo()
                .tell(
                    new TenantReply(
                        written.tenant(command.tenant()).stream().toList(), Optional.empty())),
        () -> command.replyTo().tell(refusedTenant(ErrorCode.STORE_UNAVAILABLE, UNCONFIRMED)));
  }

  private Effect<AccessEvent, AccessState> onListTenants(
      AccessState state, AccessProtocol.ListTenants wish) {
    wish.replyTo().tell(new TenantReply(List.copyOf(state.tenants().values()), Optional.empty()));
    return Effect().none();
  }

  private static TenantReply refusedTenant(ErrorCode code, String message) {
    return new TenantReply(List.of(), Optional.of(Refused.of(code, message)));
  }

  private static AccessTable all(AccessState state) {
    return new AccessTable(state.keys().values(), List.copyOf(state.tenants().values()));
  }

  private static Reply noSuchKey(KeyId id) {
    return refused(
        ErrorCode.NOT_FOUND,
        "there is no key %s; `remuda keys ls` shows which there are".formatted(id));
  }

  /**
   * What an earlier owner wrote may be in the journal when this one has read it already: a key that
   * was revoked that way must not stay good.
   */
  private Effect<AccessEvent, AccessState> onWritten(AccessState state, Written written) {
    if (written.sequence() <= state.sequence()) {
      return Effect().none();
    }
    context
        .getLog()
        .warn(
            "event=behind-journal keys known={} written={}", state.sequence(), written.sequence());
    succession.begin(context.getSelf(), written);
    return Effect().none();
  }

  private Effect<AccessEvent, AccessState> write(AccessEvent event, ActorRef<Reply> caller) {
    return write(
        event,
        state ->
            caller.tell(
                new Reply(event.changed().flatMap(state::get).stream().toList(), Optional.empty())),
        () -> caller.tell(refused(ErrorCode.STORE_UNAVAILABLE, UNCONFIRMED)));
  }

  /**
   * Writes it down and tells all gateways.
   *
   * @param answer to whoever asked, once that is done
   * @param unconfirmed the answer where it is not known to be done
   */
  private Effect<AccessEvent, AccessState> write(
      AccessEvent event, Consumer<AccessState> answer, Runnable unconfirmed) {
    unanswered = Optional.of(unconfirmed);
    return Effect()
        .persist(event)
        .thenRun(
            state -> {
              unanswered = Optional.empty();
              context.getLog().info("event={}", event.text());
              spread.accept(changed(state, event));
              answer.accept(state);
            });
  }

  private static AccessTable changed(AccessState state, AccessEvent event) {
    return event instanceof TenantLimited limited
        ? new AccessTable(List.of(), state.tenant(limited.tenant()).stream().toList())
        : new AccessTable(event.changed().flatMap(state::get).stream().toList());
  }

  private void onStopped() {
    unanswered.ifPresent(
        unconfirmed -> {
          storeDown.run();
          unconfirmed.run();
        });
  }

  private static Reply refused(ErrorCode code, String message) {
    return new Reply(List.of(), Optional.of(Refused.of(code, message)));
  }
}
