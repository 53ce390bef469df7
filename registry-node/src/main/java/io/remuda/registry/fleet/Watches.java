package io.remuda.registry.fleet;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.NodeReport;
import io.remuda.registry.fleet.FleetMessage.Watch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which instances the registry actors of one node own, and where those run. */
final class Watches {

  private final Map<ModelName, Watch> byModel = new TreeMap<>();
  private final Set<ModelName> woken = new HashSet<>();

  void put(Watch watch) {
    byModel.put(watch.model(), watch);
  }

  void ownerStopped(ActorRef<RegistryProtocol.Command> owner) {
    byModel.values().removeIf(watch -> watch.owner().equals(owner));
  }

  /** Names that the machine runs and nobody here owns, each once until {@link #forgetWoken}. */
  List<ModelName> ownerless(NodeReport report) {
    return report.instances().stream()
        .map(instance -> instance.id().model())
        .filter(model -> !byModel.containsKey(model) && woken.add(model))
        .toList();
  }

  void forgetWoken() {
    woken.clear();
  }

  /** Machines that something was placed on. */
  Set<MachineId> machines() {
    Set<MachineId> machines = new HashSet<>();
    byModel.values().forEach(watch -> machines.addAll(watch.instances().values()));
    return machines;
  }

  Map<MachineId, List<InstanceId>> instancesByMachine() {
    Map<MachineId, List<InstanceId>> perMachine = new TreeMap<>();
    for (Watch watch : byModel.values()) {
      watch
          .instances()
          .forEach(
              (instance, machine) ->
                  perMachine.computeIfAbsent(machine, m -> new ArrayList<>()).add(instance));
    }
    return perMachine;
  }

  /** The registry actors that have an instance on {@code machine}. */
  List<ActorRef<RegistryProtocol.Command>> ownersOn(MachineId machine) {
    return byModel.values().stream()
        .filter(watch -> watch.instances().containsValue(machine))
        .map(Watch::owner)
        .toList();
  }
}
