package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which leases have which instances of a name, as the journal says.
 *
 * <p>An instance has one lease at most, or several that each have a share of its slots; a lease has
 * one instance of a name, and a later grant a higher number than all before it, whatever instance
 * they were of.
 *
 * @param highest number that was granted, or told to an instance under a lease, so far
 */
public record Tenancy(long highest, Map<LeaseId, Tenant> tenants) {

  public static final Tenancy NONE = new Tenancy(0, Map.of());

  /**
   * What a lease has.
   *
   * @param number under which it was granted
   * @param slots of the instance that it has; 0: the whole of it
   */
  public record Tenant(InstanceId instance, long number, int slots) {

    /** One that has the whole instance. */
    public Tenant(InstanceId instance, long number) {
      this(instance, number, 0);
    }

    boolean isShare() {
      return slots > 0;
    }
  }

  public Tenancy {
    tenants = Collections.unmodifiableMap(new TreeMap<>(tenants));
  }

  public Optional<Tenant> of(LeaseId lease) {
    return Optional.ofNullable(tenants.get(lease));
  }

  /** Whether a lease has the whole of {@code instance}. */
  public boolean hasWhole(InstanceId instance) {
    return tenants.values().stream()
        .anyMatch(tenant -> tenant.instance().equals(instance) && !tenant.isShare());
  }

  /** How many slots of {@code instance} leases have shares of. */
  public int shared(InstanceId instance) {
    return tenants.values().stream()
        .filter(tenant -> tenant.instance().equals(instance))
        .mapToInt(Tenant::slots)
        .sum();
  }

  /** Those that leases have, or have shares of. */
  Set<InstanceId> instances() {
    return tenants.values().stream().map(Tenant::instance).collect(Collectors.toSet());
  }

  /** Whether a lease has {@code instance}, or a share of it. */
  public boolean has(InstanceId instance) {
    return tenants.values().stream().anyMatch(tenant -> tenant.instance().equals(instance));
  }

  Tenancy leased(LeaseId lease, Tenant tenant) {
    Map<LeaseId, Tenant> next = new TreeMap<>(tenants);
    next.put(lease, tenant);
    return new Tenancy(Math.max(highest, tenant.number()), next);
  }

  /**
   * The lease has let go.
   *
   * @param told the highest number that its instance was told
   */
  Tenancy returned(LeaseId lease, long told) {
    Map<LeaseId, Tenant> next = new TreeMap<>(tenants);
    next.remove(lease);
    return new Tenancy(Math.max(highest, told), next);
  }

  /** Without those whose instance is none of {@code staying}. */
  Tenancy only(Set<InstanceId> staying) {
    if (tenants.values().stream().allMatch(tenant -> staying.contains(tenant.instance()))) {
      return this;
    }
    Map<LeaseId, Tenant> next = new TreeMap<>(tenants);
    next.values().removeIf(tenant -> !staying.contains(tenant.instance()));
    return new Tenancy(highest, next);
  }
}
