package io.remuda.registry.machine;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.id.MachineId;
import io.remuda.registry.machine.MachineEvent.GpusCordoned;
import io.remuda.registry.machine.MachineEvent.GpusDraining;
import io.remuda.registry.machine.MachineEvent.GpusUncordoned;
import io.remuda.registry.machine.MachineEvent.MachineCordoned;
import io.remuda.registry.machine.MachineEvent.MachineDraining;
import io.remuda.registry.machine.MachineEvent.MachineLabelled;
import io.remuda.registry.machine.MachineEvent.MachineUncordoned;
import io.remuda.registry.proto.journal.PEmpty;
import io.remuda.registry.proto.journal.PGpus;
import io.remuda.registry.proto.journal.PLabels;
import io.remuda.registry.proto.journal.PMachineEvent;
import io.remuda.registry.proto.journal.PMachineState;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Bytes of machine events and snapshots. */
public final class MachineCodec {

  private MachineCodec() {}

  public static byte[] encode(MachineEvent event) {
    PMachineEvent.Builder proto =
        PMachineEvent.newBuilder()
            .setAtMillis(event.at().toEpochMilli())
            .setMachine(event.machine().value());
    if (event instanceof MachineCordoned) {
      proto.setCordoned(PEmpty.getDefaultInstance());
    } else if (event instanceof MachineUncordoned) {
      proto.setUncordoned(PEmpty.getDefaultInstance());
    } else if (event instanceof MachineDraining) {
      proto.setDraining(PEmpty.getDefaultInstance());
    } else if (event instanceof MachineLabelled labelled) {
      proto.setLabelled(PLabels.newBuilder().putAllLabels(labelled.labels()));
    } else if (event instanceof GpusCordoned cordoned) {
      proto.setGpusCordoned(PGpus.newBuilder().addAllUuid(cordoned.gpus()));
    } else if (event instanceof GpusDraining draining) {
      proto.setGpusCordoned(PGpus.newBuilder().addAllUuid(draining.gpus()).setDraining(true));
    } else if (event instanceof GpusUncordoned uncordoned) {
      proto.setGpusUncordoned(PGpus.newBuilder().addAllUuid(uncordoned.gpus()));
    }
    return proto.build().toByteArray();
  }

  public static MachineEvent decodeEvent(byte[] bytes) throws InvalidProtocolBufferException {
    PMachineEvent proto = PMachineEvent.parseFrom(bytes);
    MachineId machine = new MachineId(proto.getMachine());
    Instant at = Instant.ofEpochMilli(proto.getAtMillis());
    return switch (proto.getEventCase()) {
      case CORDONED -> new MachineCordoned(machine, at);
      case UNCORDONED -> new MachineUncordoned(machine, at);
      case DRAINING -> new MachineDraining(machine, at);
      case LABELLED -> new MachineLabelled(machine, proto.getLabelled().getLabelsMap(), at);
      case GPUS_CORDONED -> closed(machine, proto.getGpusCordoned(), at);
      case GPUS_UNCORDONED ->
          new GpusUncordoned(machine, Set.copyOf(proto.getGpusUncordoned().getUuidList()), at);
      case EVENT_NOT_SET ->
          throw new InvalidProtocolBufferException(
              "an event of machine "
                  + machine
                  + " was written by a newer version; upgrade this node");
    };
  }

  private static MachineEvent closed(MachineId machine, PGpus proto, Instant at) {
    Set<String> gpus = Set.copyOf(proto.getUuidList());
    return proto.getDraining()
        ? new GpusDraining(machine, gpus, at)
        : new GpusCordoned(machine, gpus, at);
  }

  public static byte[] encode(MachineState state) {
    PMachineState.Builder proto =
        PMachineState.newBuilder()
            .setMachine(state.machine().value())
            .setSequence(state.sequence())
            .setCordoned(state.cordoned())
            .setDraining(state.draining())
            .putAllLabels(state.labels());
    state.cordonedGpus().forEach(uuid -> proto.putGpus(uuid, state.drainingGpus().contains(uuid)));
    return proto.build().toByteArray();
  }

  public static MachineState decodeState(byte[] bytes) throws InvalidProtocolBufferException {
    PMachineState proto = PMachineState.parseFrom(bytes);
    return new MachineState(
        new MachineId(proto.getMachine()),
        proto.getSequence(),
        proto.getCordoned(),
        proto.getDraining(),
        proto.getLabelsMap(),
        proto.getGpusMap().keySet(),
        proto.getGpusMap().entrySet().stream()
            .filter(Map.Entry::getValue)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet()));
  }
}
