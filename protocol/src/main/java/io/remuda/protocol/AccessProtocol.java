package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.ModelPattern;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.TenantLimits;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the actor that holds the API keys is asked. There is one entity, {@link #ENTITY_ID}. */
public final class AccessProtocol {

  public static final String ENTITY_ID = "keys";

  public static final EntityTypeKey<Command> TYPE_KEY =
      EntityTypeKey.create(Command.class, "Access");

  private AccessProtocol() {}

  /** What the holder of a key may do. */
  public enum Scope {
    INFER,
    DEPLOY,
    ADMIN,
    AUDIT,
    /** Join a machine as a worker of a model, at that machine's own door. */
    WORKER
  }

  /** Implemented by the registry's own messages too, which never leave registry nodes. */
  public interface Command extends WireMessage {}

  /** Add a key; the secret itself never travels, only its hash. */
  public record CreateKey(ApiKey key, ActorRef<Reply> replyTo) implements Command {}

  public record RevokeKey(KeyId id, ActorRef<Reply> replyTo) implements Command {}

  /**
   * Give a key another secret, whose hash this is. Sent twice it changes nothing more.
   *
   * @param oldUntil the secret that it had is good until then; empty: no more, nor any before it
   */
  public record RotateKey(
      KeyId id, String secretHash, Optional<Instant> oldUntil, ActorRef<Reply> replyTo)
      implements Command {}

  /** Give a key other limits; none of them is no limit. Sent twice it changes nothing more. */
  public record LimitKey(KeyId id, Limits limits, ActorRef<Reply> replyTo) implements Command {}

  /** Give all keys of a tenant limits that they share. Sent twice it changes nothing more. */
  public record LimitTenant(String tenant, Limits limits, ActorRef<TenantReply> replyTo)
      implements Command {}

  /** Ask for the limits of all tenants that have or had any. */
  public record ListTenants(ActorRef<TenantReply> replyTo) implements Command {}

  /** The tenants asked for, in the order of their names. */
  public record TenantReply(List<TenantLimits> tenants, Optional<Refused> refused)
      implements WireMessage {
    public TenantReply {
      tenants = List.copyOf(tenants);
    }
  }

  /**
   * Keys in the order of their ids, as many as a message bears; who goes on after the last of them
   * gets the rest, and none when there are no more.
   *
   * @param after empty: from the first one
   */
  public record ListKeys(Optional<KeyId> after, ActorRef<Reply> replyTo) implements Command {}

  public record Reply(List<ApiKey> keys, Optional<Refused> refused) implements WireMessage {
    public Reply {
      keys = List.copyOf(keys);
    }
  }

  /**
   * A key as it is stored and published.
   *
   * @param label for people
   * @param secretHash keyed SHA-256 of the secret, in hex
   * @param models which it may use; of a key for patterns alone it is {@link #NONE}, since a reader
   *     that knows no patterns takes an empty set for all models
   * @param revoked kept as a tombstone, so that no stale copy revives it
   * @param version rises with every change
   * @param patterns of names of models which it may use too
   * @param tenant whose key it is; empty: the operator's
   * @param replaced secrets that it had before, oldest first, each good until its time
   * @param limits what it may ask of models
   */
  public record ApiKey(
      KeyId id,
      String label,
      String secretHash,
      Set<Scope> scopes,
      Set<ModelName> models,
      Instant createdAt,
      Optional<Instant> expiresAt,
      boolean revoked,
      long version,
      Set<ModelPattern> patterns,
      Optional<String> tenant,
      List<Replaced> replaced,
      Limits limits)
      implements WireMessage {

    /** Stands where names of models would, in a key that has patterns alone. */
    public static final ModelName NONE = new ModelName("none.but.by.pattern");

    /** What one costs beside its label and its models. */
    private static final int OVERHEAD = 430;

    private static final int REPLACED = 120;

    public ApiKey {
      patterns = Collections.unmodifiableSet(new TreeSet<>(Absent.orEmpty(patterns)));
      tenant = Absent.orEmpty(tenant);
      replaced = Absent.orEmpty(replaced);
      limits = Limits.orNone(limits);
      scopes = Collections.unmodifiableSet(new TreeSet<>(scopes));
      models =
          models.isEmpty() && !patterns.isEmpty()
              ? Set.of(NONE)
              : Collections.unmodifiableSet(new TreeSet<>(models));
    }

    /** One for models by their names, of no tenant, that was never rotated. */
    public ApiKey(
        KeyId id,
        String label,
        String secretHash,
        Set<Scope> scopes,
        Set<ModelName> models,
        Instant createdAt,
        Optional<Instant> expiresAt,
        boolean revoked,
        long version) {
      this(
          id,
          label,
          secretHash,
          scopes,
          models,
          createdAt,
          expiresAt,
          revoked,
          version,
          Set.of(),
          Optional.empty(),
          List.of());
    }

    /** One without limits. */
    public ApiKey(
        KeyId id,
        String label,
        String secretHash,
        Set<Scope> scopes,
        Set<ModelName> models,
        Instant createdAt,
        Optional<Instant> expiresAt,
        boolean revoked,
        long version,
        Set<ModelPattern> patterns,
        Optional<String> tenant,
        List<Replaced> replaced) {
      this(
          id,
          label,
          secretHash,
          scopes,
          models,
          createdAt,
          expiresAt,
          revoked,
          version,
          patterns,
          tenant,
          replaced,
          Limits.NONE);
    }

    /** The models that it may use. */
    public AllowList allowed() {
      boolean byPatternAlone = !patterns.isEmpty() && models.equals(Set.of(NONE));
      return new AllowList(byPatternAlone ? Set.of() : models, patterns);
    }

    /** Of its size in a message, in bytes, near enough to keep messages below a frame. */
    public int size() {
      return OVERHEAD
          + 3 * label.length()
          + models.stream().mapToInt(model -> model.value().length() + 3).sum()
          + patterns.stream().mapToInt(pattern -> pattern.beginning().length() + 3).sum()
          + tenant.map(String::length).orElse(0)
          + REPLACED * replaced.size();
    }

    /** Whether this one replaces {@code other}, of the same id. */
    public boolean isNewerThan(ApiKey other) {
      return version > other.version;
    }

    public ApiKey revokedAt(long newVersion) {
      return changed(newVersion, secretHash, true, List.of(), limits);
    }

    /** Secrets that it had before and that are good at {@code now}. */
    public List<Replaced> goodBeside(Instant now) {
      return replaced.isEmpty()
          ? List.of()
          : replaced.stream().filter(old -> now.isBefore(old.until())).toList();
    }

    /** It with another secret, since {@code at}. */
    public ApiKey rotatedAt(
        long newVersion, String newHash, Optional<Instant> oldUntil, Instant at) {
      List<Replaced> old =
          oldUntil.stream()
              .flatMap(
                  until ->
                      Stream.concat(
                          goodBeside(at).stream(), Stream.of(new Replaced(secretHash, until))))
              .toList();
      return changed(newVersion, newHash, revoked, old, limits);
    }

    /** The same with the number of the event that made it so. */
    public ApiKey at(long newVersion) {
      return changed(newVersion, secretHash, revoked, replaced, limits);
    }

    /** It with other limits. */
    public ApiKey limitedAt(long newVersion, Limits newLimits) {
      return changed(newVersion, secretHash, revoked, replaced, newLimits);
    }

    private ApiKey changed(
        long newVersion,
        String newHash,
        boolean over,
        List<Replaced> nowReplaced,
        Limits nowLimits) {
      return new ApiKey(
          id,
          label,
          newHash,
          scopes,
          models,
          createdAt,
          expiresAt,
          over,
          newVersion,
          patterns,
          tenant,
          nowReplaced,
          nowLimits);
    }
  }

  /** A secret that a key had before, and until when it is good all the same. */
  public record Replaced(String secretHash, Instant until) implements WireMessage {}
}
