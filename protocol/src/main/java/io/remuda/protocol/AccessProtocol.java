package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.ModelName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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
   * @param models which it may use; empty for all
   * @param revoked kept as a tombstone, so that no stale copy revives it
   * @param version rises with every change
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
      long version)
      implements WireMessage {

    /** What one costs beside its label and its models. */
    private static final int OVERHEAD = 350;

    public ApiKey {
      scopes = java.util.Collections.unmodifiableSet(new TreeSet<>(scopes));
      models = java.util.Collections.unmodifiableSet(new TreeSet<>(models));
    }

    /** Of its size in a message, in bytes, near enough to keep messages below a frame. */
    public int size() {
      return OVERHEAD
          + 3 * label.length()
          + models.stream().mapToInt(model -> model.value().length() + 3).sum();
    }

    /** Whether this one replaces {@code other}, of the same id. */
    public boolean isNewerThan(ApiKey other) {
      return version > other.version;
    }

    public ApiKey revokedAt(long newVersion) {
      return new ApiKey(
          id, label, secretHash, scopes, models, createdAt, expiresAt, true, newVersion);
    }
  }
}
