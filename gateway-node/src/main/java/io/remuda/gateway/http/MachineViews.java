package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.MachineView;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.TaskFacet;
import java.util.Optional;
import java.util.Set;

/** Machines in JSON, with what they have, offer and run. */
final class MachineViews {

  private MachineViews() {}

  /** A machine; of its instances those whose models the caller may see. */
  static ObjectNode machine(MachineView view, Caller caller) {
    ObjectNode json = Json.object();
    Optional<NodeReport> report = view.report();
    json.put("id", view.machine().value());
    json.put("machine", view.machine().value());
    json.put("hostName", report.map(NodeReport::hostName).orElse(null));
    json.put("reachable", view.reachable());
    json.put("cordoned", view.cordoned());
    json.put("draining", view.draining());
    json.put("front", report.map(NodeReport::front).orElse(null));
    ObjectNode labels = json.putObject("labels");
    report.ifPresent(said -> said.labels().forEach(labels::put));
    report.map(NodeReport::capacity).ifPresent(capacity -> capacity(json, capacity));
    ArrayNode gpus = json.putArray("gpus");
    report.ifPresent(
        said -> said.capacity().gpus().forEach(gpu -> gpus.add(gpu(gpu, view.drainingGpus()))));
    ArrayNode engines = json.putArray("engines");
    report.ifPresent(said -> said.engines().forEach(offer -> engines.add(engine(offer))));
    ArrayNode instances = json.putArray("instances");
    ArrayNode tasksOff = json.putArray("tasksOff");
    report.stream()
        .flatMap(said -> said.instances().stream())
        .filter(instance -> instance.phase() != Phase.ENDED)
        .filter(instance -> caller.sees(instance.id().model()))
        .forEach(
            instance -> {
              instances.add(instance.id().toString());
              instance
                  .tasks()
                  .flatMap(TaskFacet::reason)
                  .ifPresent(
                      why ->
                          tasksOff
                              .addObject()
                              .put("instance", instance.id().toString())
                              .put("reason", why));
            });
    return json;
  }

  private static void capacity(ObjectNode json, Capacity capacity) {
    json.put("memoryTotalMiB", capacity.memoryTotalMiB());
    json.put("memoryFreeMiB", capacity.memoryFreeMiB());
    json.put("memoryReservedMiB", capacity.memoryReservedMiB());
    json.put("cpusTotal", capacity.cpusTotal());
    json.put("cpusFree", capacity.cpusFree());
    json.put("cpusReserved", capacity.cpusReserved());
  }

  private static ObjectNode gpu(Gpu gpu, Set<String> draining) {
    ObjectNode json = Json.object();
    json.put("index", gpu.index());
    json.put("uuid", gpu.uuid());
    json.put("name", gpu.name());
    json.put("memoryTotalMiB", gpu.memoryTotalMiB());
    json.put("memoryFreeMiB", gpu.memoryFreeMiB());
    json.put("memoryReservedMiB", gpu.memoryReservedMiB());
    json.put("memoryUsedMiB", gpu.memoryUsedMiB());
    gpu.utilizationPercent()
        .ifPresentOrElse(
            value -> json.put("utilizationPercent", value),
            () -> json.putNull("utilizationPercent"));
    gpu.temperatureCelsius()
        .ifPresentOrElse(
            value -> json.put("temperatureCelsius", value),
            () -> json.putNull("temperatureCelsius"));
    gpu.powerWatts()
        .ifPresentOrElse(value -> json.put("powerWatts", value), () -> json.putNull("powerWatts"));
    json.put("declared", gpu.declared());
    json.put("cordoned", gpu.cordoned());
    json.put("draining", draining.contains(gpu.uuid()));
    return json;
  }

  private static ObjectNode engine(EngineOffer offer) {
    ObjectNode json = Json.object();
    json.put("engine", offer.engine());
    json.put("available", offer.available());
    json.put("version", offer.version().orElse(null));
    json.put("reason", offer.reason().orElse(null));
    return json;
  }
}
