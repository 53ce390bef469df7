package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.TenancyEvent.InstanceLeased;
import io.remuda.registry.model.TenancyEvent.InstanceReturned;
import io.remuda.registry.proto.journal.PInstanceLeased;
import io.remuda.registry.proto.journal.PInstanceReturned;
import io.remuda.registry.proto.journal.PModelEvent;
import io.remuda.registry.proto.journal.PModelState;
import io.remuda.registry.proto.journal.PTenancy;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Bytes of which lease has which instance, in events and in a deployment's snapshots. */
final class TenancyCodec {

  private TenancyCodec() {}

  static void encode(TenancyEvent event, PModelEvent.Builder proto) {
    if (event instanceof InstanceLeased leased) {
      proto.setInstanceLeased(
          toProto(leased.id(), leased.lease(), leased.number(), leased.slots()));
    } else if (event instanceof InstanceReturned returned) {
      proto.setInstanceReturned(
          PInstanceReturned.newBuilder()
              .setInstance(returned.id().number())
              .setLease(returned.lease().value())
              .setNumber(returned.number())
              .setReason(returned.reason()));
    }
  }

  static ModelEvent decode(ModelName name, PInstanceLeased proto, Instant at) {
    return new InstanceLeased(
        new InstanceId(name, proto.getInstance()),
        new LeaseId(proto.getLease()),
        proto.getNumber(),
        at,
        proto.getSlots());
  }

  static ModelEvent decode(ModelName name, PInstanceReturned proto, Instant at) {
    return new InstanceReturned(
        new InstanceId(name, proto.getInstance()),
        new LeaseId(proto.getLease()),
        proto.getNumber(),
        proto.getReason(),
        at);
  }

  static void encode(Tenancy tenancy, PModelState.Builder proto) {
    if (tenancy.equals(Tenancy.NONE)) {
      return;
    }
    PTenancy.Builder all = PTenancy.newBuilder().setHighest(tenancy.highest());
    tenancy
        .tenants()
        .forEach(
            (lease, tenant) ->
                all.addTenants(toProto(tenant.instance(), lease, tenant.number(), tenant.slots())));
    proto.setTenancy(all);
  }

  static Tenancy decode(ModelName name, PModelState proto) {
    Map<LeaseId, Tenancy.Tenant> tenants = new TreeMap<>();
    for (PInstanceLeased each : proto.getTenancy().getTenantsList()) {
      tenants.put(
          new LeaseId(each.getLease()),
          new Tenancy.Tenant(
              new InstanceId(name, each.getInstance()), each.getNumber(), each.getSlots()));
    }
    return new Tenancy(proto.getTenancy().getHighest(), tenants);
  }

  private static PInstanceLeased toProto(
      InstanceId instance, LeaseId lease, long number, int slots) {
    return PInstanceLeased.newBuilder()
        .setInstance(instance.number())
        .setLease(lease.value())
        .setNumber(number)
        .setSlots(slots)
        .build();
  }
}
