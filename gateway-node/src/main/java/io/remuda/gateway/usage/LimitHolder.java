package io.remuda.gateway.usage;

import io.remuda.gateway.edge.Sender;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.AllowanceProtocol;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * A key or a tenant that has limits.
 *
 * @param name by which registries and gateways know it
 * @param words by which its user knows it
 */
record LimitHolder(String name, String words, LimitMetrics.Owner owner, Limits limits) {

  /** Those whose limits a request of {@code sender} needs: the key first, and its tenant. */
  static List<LimitHolder> of(AccessTable table, Sender sender) {
    List<LimitHolder> holders = new ArrayList<>(2);
    KeyId.parse(sender.key())
        .flatMap(table::get)
        .filter(known -> !known.limits().equals(Limits.NONE))
        .ifPresent(known -> holders.add(key(known)));
    sender
        .tenant()
        .ifPresent(
            name -> {
              Limits limits = table.limitsOf(name);
              if (!limits.equals(Limits.NONE)) {
                holders.add(tenant(name, limits));
              }
            });
    return holders;
  }

  private static LimitHolder key(ApiKey key) {
    return new LimitHolder(
        AllowanceProtocol.key(key.id().value()),
        "key " + key.id(),
        LimitMetrics.Owner.KEY,
        key.limits());
  }

  private static LimitHolder tenant(String name, Limits limits) {
    return new LimitHolder(
        AllowanceProtocol.tenant(name), "tenant " + name, LimitMetrics.Owner.TENANT, limits);
  }
}
