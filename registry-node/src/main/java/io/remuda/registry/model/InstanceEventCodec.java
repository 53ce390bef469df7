package io.remuda.registry.model;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.Spread;
import io.remuda.registry.model.InstanceEvent.EngineRestarted;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.model.InstanceEvent.InstanceLost;
import io.remuda.registry.model.InstanceEvent.InstanceReady;
import io.remuda.registry.model.InstanceEvent.InstanceRefused;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.placement.Grounds;
import io.remuda.registry.proto.journal.PAbsence;
import io.remuda.registry.proto.journal.PAssigned;
import io.remuda.registry.proto.journal.PEnded;
import io.remuda.registry.proto.journal.PEngineRestarted;
import io.remuda.registry.proto.journal.PGrounds;
import io.remuda.registry.proto.journal.PLost;
import io.remuda.registry.proto.journal.PModelEvent;
import io.remuda.registry.proto.journal.PRefused;
import io.remuda.registry.proto.journal.PStopping;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** Bytes of what became of instances, within a deployment's events. */
final class InstanceEventCodec {

  private InstanceEventCodec() {}

  static void encode(InstanceEvent event, PModelEvent.Builder proto) {
    if (event instanceof InstanceAssigned assigned) {
      proto.setAssigned(toProto(assigned));
    } else if (event instanceof InstanceRefused refused) {
      proto.setRefused(
          PRefused.newBuilder()
              .setNumber(refused.id().number())
              .setMachine(refused.machine().value())
              .setCode(refused.code().name())
              .setReason(refused.reason()));
    } else if (event instanceof InstanceReady ready) {
      proto.setReady(ready.id().number());
    } else if (event instanceof InstanceStopping stopping) {
      proto.setStopping(
          PStopping.newBuilder().setNumber(stopping.id().number()).setReason(stopping.reason()));
    } else if (event instanceof InstanceEnded ended) {
      proto.setEnded(
          PEnded.newBuilder()
              .setNumber(ended.id().number())
              .setFailed(ended.failed())
              .setReason(ended.reason()));
    } else if (event instanceof InstanceLost lost) {
      proto.setLost(toProto(lost));
    } else if (event instanceof EngineRestarted restarted) {
      proto.setEngineRestarted(
          PEngineRestarted.newBuilder()
              .setNumber(restarted.id().number())
              .setMachine(restarted.machine().value())
              .setTimes(restarted.times())
              .setReason(restarted.reason()));
    }
  }

  static InstanceEvent decode(ModelName name, PModelEvent proto, Instant at) {
    return switch (proto.getEventCase()) {
      case ASSIGNED ->
          new InstanceAssigned(
              new InstanceId(name, proto.getAssigned().getNumber()),
              new MachineId(proto.getAssigned().getMachine()),
              SpecCodec.fromProto(proto.getAssigned().getClaim()),
              Origin.valueOf(proto.getAssigned().getOrigin()),
              proto.getAssigned().hasGrounds()
                  ? Optional.of(fromProto(proto.getAssigned().getGrounds()))
                  : Optional.empty(),
              proto.getAssigned().hasRevision()
                  ? OptionalLong.of(proto.getAssigned().getRevision())
                  : OptionalLong.empty(),
              at);
      case REFUSED ->
          new InstanceRefused(
              new InstanceId(name, proto.getRefused().getNumber()),
              new MachineId(proto.getRefused().getMachine()),
              ErrorCode.valueOf(proto.getRefused().getCode()),
              proto.getRefused().getReason(),
              at);
      case READY -> new InstanceReady(new InstanceId(name, proto.getReady()), at);
      case STOPPING ->
          new InstanceStopping(
              new InstanceId(name, proto.getStopping().getNumber()),
              proto.getStopping().getReason(),
              at);
      case ENDED ->
          new InstanceEnded(
              new InstanceId(name, proto.getEnded().getNumber()),
              proto.getEnded().getFailed(),
              proto.getEnded().getReason(),
              at);
      case LOST ->
          new InstanceLost(
              new InstanceId(name, proto.getLost().getNumber()),
              new MachineId(proto.getLost().getMachine()),
              proto.getLost().getReason(),
              proto.getLost().hasAbsence()
                  ? Optional.of(fromProto(proto.getLost().getAbsence()))
                  : Optional.empty(),
              at);
      case ENGINE_RESTARTED ->
          new EngineRestarted(
              new InstanceId(name, proto.getEngineRestarted().getNumber()),
              new MachineId(proto.getEngineRestarted().getMachine()),
              proto.getEngineRestarted().getTimes(),
              proto.getEngineRestarted().getReason(),
              at);
      case DECLARED,
          BROUGHT,
          CHANGED,
          SCALED,
          REMOVED,
          DESCRIBED,
          EVOLVED,
          REGISTERED,
          REGISTRATION_REFUSED,
          UNREGISTERED,
          ROLLOUT_BEGUN,
          ROLLOUT_PROMOTED,
          CANARY_WEIGHED,
          ROLLOUT_COMPLETED,
          ROLLOUT_HALTED,
          ROLLED_BACK,
          AUTOSCALED,
          CLAIM_MEASURED,
          DOES_NOT_FIT,
          FIT_FORGOTTEN,
          INSTANCE_LEASED,
          INSTANCE_RETURNED,
          GAVE_WAY,
          ALIAS_SET,
          ALIAS_REMOVED,
          FOUND_NO_PLACE,
          CLOSED,
          EVENT_NOT_SET ->
          throw new IllegalArgumentException(proto.getEventCase() + " is no instance's event");
    };
  }

  private static PAssigned toProto(InstanceAssigned assigned) {
    PAssigned.Builder proto =
        PAssigned.newBuilder()
            .setNumber(assigned.id().number())
            .setMachine(assigned.machine().value())
            .setClaim(SpecCodec.toProto(assigned.claim()))
            .setOrigin(assigned.origin().name());
    assigned.revision().ifPresent(proto::setRevision);
    assigned.grounds().ifPresent(grounds -> proto.setGrounds(toProto(grounds)));
    return proto.build();
  }

  private static PGrounds toProto(Grounds grounds) {
    return PGrounds.newBuilder()
        .setStrategy(grounds.strategy().word())
        .setUsed(grounds.used())
        .setNeighbours(grounds.neighbours())
        .setMachines(grounds.machines())
        .addAllWeighed(VerdictCodec.toProto(grounds.weighed()))
        .build();
  }

  private static Grounds fromProto(PGrounds proto) {
    return new Grounds(
        Spread.of(proto.getStrategy()),
        proto.getUsed(),
        proto.getNeighbours(),
        proto.getMachines(),
        VerdictCodec.fromProto(proto.getWeighedList()));
  }

  private static PLost toProto(InstanceLost lost) {
    PLost.Builder proto =
        PLost.newBuilder()
            .setNumber(lost.id().number())
            .setMachine(lost.machine().value())
            .setReason(lost.reason());
    lost.absence()
        .ifPresent(
            seen ->
                proto.setAbsence(
                    PAbsence.newBuilder()
                        .setSilentMillis(seen.silence().toMillis())
                        .setLimitMillis(seen.limit().toMillis())
                        .setHeard(seen.heard())
                        .setReachable(seen.reachable())
                        .setSilentMachines(seen.silentMachines())
                        .setMachines(seen.machines())
                        .setConfirmed(seen.confirmed())));
    return proto.build();
  }

  private static Absence fromProto(PAbsence proto) {
    return new Absence(
        Duration.ofMillis(proto.getSilentMillis()),
        Duration.ofMillis(proto.getLimitMillis()),
        proto.getHeard(),
        proto.getReachable(),
        proto.getSilentMachines(),
        proto.getMachines(),
        proto.getConfirmed());
  }
}
