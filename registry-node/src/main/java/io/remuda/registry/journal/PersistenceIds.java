package io.remuda.registry.journal;

import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.AuditProtocol;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.MachineProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.registry.door.DoorActor;

/** How entities are named in the journal: kind, a bar, and the entity's own name. */
public final class PersistenceIds {

  private static final String BAR = "|";

  private PersistenceIds() {}

  public static String model(String name) {
    return RegistryProtocol.TYPE_KEY.name() + BAR + name;
  }

  public static String machine(String id) {
    return MachineProtocol.TYPE_KEY.name() + BAR + id;
  }

  public static String access() {
    return AccessProtocol.TYPE_KEY.name() + BAR + AccessProtocol.ENTITY_ID;
  }

  public static String audit() {
    return AuditProtocol.TYPE_KEY.name() + BAR + AuditProtocol.ENTITY_ID;
  }

  public static String door() {
    return DoorActor.TYPE_KEY.name() + BAR + DoorActor.ENTITY_ID;
  }

  public static String lease(String id) {
    return LeaseProtocol.TYPE_KEY.name() + BAR + id;
  }

  /** The kind in {@code persistenceId}. */
  public static String kind(String persistenceId) {
    return persistenceId.substring(0, persistenceId.indexOf(BAR));
  }

  /** The entity's own name in {@code persistenceId}. */
  public static String entity(String persistenceId) {
    return persistenceId.substring(persistenceId.indexOf(BAR) + 1);
  }
}
