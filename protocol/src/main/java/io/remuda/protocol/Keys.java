package io.remuda.protocol;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import java.util.Collection;
import java.util.Optional;

/** Names under which nodes find what they share. Changing one splits a running fleet. */
public final class Keys {

  /** Routes and catalog are spread over so many keys, for ever. */
  public static final int SHARDS = 16;

  static final String ROUTES = "remuda-routes-";
  static final String CATALOG = "remuda-catalog-";
  static final String ACCESS = "remuda-access-";

  public static final String ROLE_REGISTRY = "registry";
  public static final String ROLE_MODEL = "model";
  public static final String ROLE_GATEWAY = "gateway";

  /** A member with a role that begins so is the machine whose id follows. */
  private static final String ROLE_OF_MACHINE = "machine-";

  /** A member with a role that begins so is of the process that the rest names. */
  private static final String ROLE_OF_LIFE = "life-";

  /** Shows that a call to a machine's front comes from this cluster. */
  public static final String CLUSTER_KEY_HEADER = "x-remuda-cluster-key";

  public static final String REQUEST_ID_HEADER = "x-request-id";
  public static final String LEASE_HEADER = "x-remuda-lease";

  private Keys() {}

  /** The role by which gateways know which member of the cluster a machine is. */
  public static String roleOf(MachineId machine) {
    return ROLE_OF_MACHINE + machine;
  }

  /** The machine that a member with {@code roles} is, if it is one. */
  public static Optional<MachineId> machineOf(Collection<String> roles) {
    return roles.stream()
        .filter(role -> role.startsWith(ROLE_OF_MACHINE))
        .findFirst()
        .flatMap(role -> MachineId.parse(role.substring(ROLE_OF_MACHINE.length())));
  }

  /** The role by which a member is known to be of one process with another. */
  public static String roleOfLife(String life) {
    return ROLE_OF_LIFE + life;
  }

  /** The process that a member with {@code roles} is of, if it says so. */
  public static Optional<String> lifeOf(Collection<String> roles) {
    return roles.stream()
        .filter(role -> role.startsWith(ROLE_OF_LIFE))
        .findFirst()
        .map(role -> role.substring(ROLE_OF_LIFE.length()));
  }

  /** The shard of routes and catalog that {@code name} belongs to. */
  public static int shardOf(ModelName name) {
    return Math.floorMod(name.value().hashCode(), SHARDS);
  }
}
