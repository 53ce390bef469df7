package io.remuda.registry.model;

import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.ModelSpec;
import java.time.Instant;
import java.util.Optional;

/**
 * What an operator wants; or, where nobody declared the name, what the machines have that
 * registered it: one instance on each of them.
 *
 * @param version sequence number of the last change; what {@code If-Match} names
 * @param revision sequence number of the last change that needs other instances
 * @param self whether the name registered itself
 * @param lease that brought it, and takes it with it; empty of all others
 */
public record Declaration(
    ModelSpec spec,
    long version,
    long revision,
    Instant createdAt,
    boolean self,
    Optional<LeaseId> lease) {

  /** One that no lease brought. */
  Declaration(ModelSpec spec, long version, long revision, Instant createdAt, boolean self) {
    this(spec, version, revision, createdAt, self, Optional.empty());
  }

  Declaration withReplicas(int replicas) {
    return new Declaration(spec.withReplicas(replicas), version, revision, createdAt, self, lease);
  }

  Declaration broughtBy(Optional<LeaseId> creator) {
    return new Declaration(spec, version, revision, createdAt, self, creator);
  }
}
