package io.remuda.registry.testing;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Builder of what a machine says of itself. */
public final class Reports {

  private final MachineId machine;
  private long incarnation = 1;
  private long sequence = 1;
  private boolean cordoned;
  private boolean settled = true;
  private Optional<JournalId> journal = Optional.empty();
  private long memoryMiB = 16_000;
  private long reservedMiB;
  private double cpus = 8;
  private final List<Gpu> gpus = new ArrayList<>();
  private final List<EngineOffer> engines = new ArrayList<>();
  private final List<InstanceReport> instances = new ArrayList<>();
  private Map<String, String> labels = Map.of();

  private Reports(MachineId machine) {
    this.machine = machine;
    engines.add(new EngineOffer("fake", true, Optional.of("1"), Optional.empty()));
  }

  public static Reports of(String machine) {
    return new Reports(new MachineId(machine));
  }

  public Reports incarnation(long to) {
    incarnation = to;
    return this;
  }

  public Reports sequence(long to) {
    sequence = to;
    return this;
  }

  public Reports cordoned() {
    cordoned = true;
    return this;
  }

  public Reports settled(boolean to) {
    settled = to;
    return this;
  }

  public Reports obeying(String id) {
    journal = Optional.of(new JournalId(id));
    return this;
  }

  public Reports memory(long totalMiB, long reserved) {
    memoryMiB = totalMiB;
    reservedMiB = reserved;
    return this;
  }

  public Reports cpus(double to) {
    cpus = to;
    return this;
  }

  public Reports gpu(long totalMiB, long usedMiB, long reserved) {
    gpus.add(
        new Gpu(
            gpus.size(),
            "GPU-" + machine + gpus.size(),
            "test",
            totalMiB,
            usedMiB,
            reserved,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            true,
            false));
    return this;
  }

  public Reports engine(String name, boolean available) {
    engines.add(
        new EngineOffer(
            name,
            available,
            Optional.empty(),
            available ? Optional.empty() : Optional.of("its program is missing")));
    return this;
  }

  /** It has not looked for its engines yet. */
  public Reports withoutEngines() {
    engines.clear();
    return this;
  }

  public Reports labels(Map<String, String> to) {
    labels = to;
    return this;
  }

  public Reports with(InstanceReport instance) {
    instances.add(instance);
    return this;
  }

  public Reports running(String id, Phase phase) {
    return with(instance(InstanceId.of(id), phase, 1));
  }

  public NodeReport build() {
    return new NodeReport(
        machine,
        incarnation,
        sequence,
        "host-" + machine,
        "127.0.0.1:1",
        labels,
        cordoned,
        settled,
        journal,
        new Capacity(memoryMiB, reservedMiB, cpus, 0, gpus),
        engines,
        instances);
  }

  public static InstanceReport instance(InstanceId id, Phase phase, long sequence) {
    return new InstanceReport(
        id,
        id.number(),
        sequence,
        phase,
        InstanceReport.Origin.ASSIGNED,
        "fake",
        OptionalLong.of(4711),
        OptionalInt.of(4712),
        4,
        0,
        0,
        0,
        phase == Phase.FAILED ? Optional.of("it broke") : Optional.empty(),
        OptionalDouble.empty(),
        Resources.NONE,
        Optional.empty(),
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same with so many requests in flight. */
  public static InstanceReport busy(InstanceReport report, int inFlight) {
    return new InstanceReport(
        report.id(),
        report.epoch(),
        report.sequence(),
        report.phase(),
        report.origin(),
        report.engine(),
        report.pid(),
        report.port(),
        report.slots(),
        inFlight,
        report.queued(),
        report.restarts(),
        report.reason(),
        report.progress(),
        report.claim(),
        report.tasks(),
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        report.gpus(),
        report.lease(),
        report.loading(),
        report.trouble());
  }

  /** The same, which its machine keeps for a lease. */
  public static InstanceReport leased(InstanceReport report, LeaseId lease) {
    return new InstanceReport(
        report.id(),
        report.epoch(),
        report.sequence(),
        report.phase(),
        report.origin(),
        report.engine(),
        report.pid(),
        report.port(),
        report.slots(),
        report.inFlight(),
        report.queued(),
        report.restarts(),
        report.reason(),
        report.progress(),
        report.claim(),
        report.tasks(),
        report.revision(),
        report.idle(),
        report.measured(),
        report.failure(),
        report.gpus(),
        Optional.of(lease),
        report.loading(),
        report.trouble());
  }

  /** One that is ready, with so many requests, or idle for so long. */
  public static InstanceReport serving(InstanceId id, int inFlight, Duration idle) {
    InstanceReport ready = instance(id, Phase.READY, 1);
    return new InstanceReport(
        ready.id(),
        ready.epoch(),
        ready.sequence(),
        ready.phase(),
        ready.origin(),
        ready.engine(),
        ready.pid(),
        ready.port(),
        ready.slots(),
        inFlight,
        ready.queued(),
        ready.restarts(),
        ready.reason(),
        ready.progress(),
        ready.claim(),
        ready.tasks(),
        ready.revision(),
        Optional.of(idle),
        ready.measured(),
        ready.failure(),
        ready.gpus(),
        ready.lease(),
        ready.loading(),
        ready.trouble());
  }

  /** The same, which holds so much of its machine. */
  public static InstanceReport claiming(InstanceReport report, Resources claim) {
    return new InstanceReport(
        report.id(),
        report.epoch(),
        report.sequence(),
        report.phase(),
        report.origin(),
        report.engine(),
        report.pid(),
        report.port(),
        report.slots(),
        report.inFlight(),
        report.queued(),
        report.restarts(),
        report.reason(),
        report.progress(),
        claim,
        report.tasks(),
        report.revision(),
        report.idle(),
        report.measured(),
        report.failure(),
        report.gpus(),
        report.lease(),
        report.loading(),
        report.trouble());
  }

  /** The same, given up for {@code kind}. */
  public static InstanceReport failed(InstanceReport report, InstanceReport.FailureKind kind) {
    return new InstanceReport(
        report.id(),
        report.epoch(),
        report.sequence(),
        report.phase(),
        report.origin(),
        report.engine(),
        report.pid(),
        report.port(),
        report.slots(),
        report.inFlight(),
        report.queued(),
        report.restarts(),
        report.reason(),
        report.progress(),
        report.claim(),
        report.tasks(),
        report.revision(),
        report.idle(),
        report.measured(),
        Optional.of(kind),
        report.gpus(),
        report.lease(),
        report.loading(),
        report.trouble());
  }

  /** The same after so many restarts of its engine. */
  public static InstanceReport restarted(
      InstanceReport report, int times, Optional<String> reason) {
    return new InstanceReport(
        report.id(),
        report.epoch(),
        report.sequence(),
        report.phase(),
        report.origin(),
        report.engine(),
        report.pid(),
        report.port(),
        report.slots(),
        report.inFlight(),
        report.queued(),
        times,
        reason,
        report.progress(),
        report.claim(),
        report.tasks(),
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        report.gpus(),
        report.lease(),
        report.loading(),
        report.trouble());
  }
}
