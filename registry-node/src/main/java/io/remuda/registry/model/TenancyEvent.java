package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which lease got or gave back an instance. That an instance goes, or is lost, ends its tenancy
 * without a word of its own.
 *
 * <p>Whoever reads events learns a lease's id, which operators look for, and never the number
 * beside it: both together are the holder's token.
 */
public sealed interface TenancyEvent extends ModelEvent {

  InstanceId id();

  LeaseId lease();

  @Override
  default ModelName name() {
    return id().model();
  }

  /**
   * A lease got an instance, or some slots of it, for itself alone.
   *
   * @param number higher than all that any instance of the name was told before
   * @param slots that it got; 0: the whole instance
   */
  record InstanceLeased(InstanceId id, LeaseId lease, long number, Instant at, int slots)
      implements TenancyEvent {

    /** Of the whole instance. */
    public InstanceLeased(InstanceId id, LeaseId lease, long number, Instant at) {
      this(id, lease, number, at, 0);
    }

    @Override
    public ModelState applyTo(ModelState state) {
      return state.with(state.tenancy().leased(lease, new Tenancy.Tenant(id, number, slots)));
    }

    @Override
    public String text() {
      return slots > 0
          ? "%d slots of %s leased to %s".formatted(slots, id, lease)
          : "%s leased to %s".formatted(id, lease);
    }

    @Override
    public Map<String, String> details() {
      Map<String, String> details = new TreeMap<>();
      details.put("instance", id.toString());
      details.put("lease", lease.value());
      if (slots > 0) {
        details.put("slots", Integer.toString(slots));
      }
      return details;
    }
  }

  /**
   * A lease has let go of its instance, which is everybody's again.
   *
   * @param number the highest that the instance was told under the lease
   */
  record InstanceReturned(InstanceId id, LeaseId lease, long number, String reason, Instant at)
      implements TenancyEvent {
    @Override
    public ModelState applyTo(ModelState state) {
      return state.with(state.tenancy().returned(lease, number));
    }

    @Override
    public String text() {
      return "%s returned by %s: %s".formatted(id, lease, reason);
    }

    @Override
    public Map<String, String> details() {
      return Map.of("instance", id.toString(), "lease", lease.value(), "reason", reason);
    }
  }
}
