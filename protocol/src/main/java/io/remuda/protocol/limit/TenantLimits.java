package io.remuda.protocol.limit;

import io.remuda.protocol.WireMessage;

/**
 * What a tenant may ask of models, all its keys together.
 *
 * @param version rises with every change
 */
public record TenantLimits(String tenant, Limits limits, long version) implements WireMessage {

  /** Whether this one replaces {@code other}, of the same tenant. */
  public boolean isNewerThan(TenantLimits other) {
    return version > other.version;
  }
}
