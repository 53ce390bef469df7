package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.FitEvent.ClaimMeasured;
import io.remuda.registry.model.FitEvent.DoesNotFit;
import io.remuda.registry.model.FitEvent.FitForgotten;
import io.remuda.registry.proto.journal.PClaimMeasured;
import io.remuda.registry.proto.journal.PDoesNotFit;
import io.remuda.registry.proto.journal.PFitForgotten;
import io.remuda.registry.proto.journal.PMeasured;
import io.remuda.registry.proto.journal.PModelEvent;
import io.remuda.registry.proto.journal.PModelState;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Bytes of what was learnt of a model's need, within its events and snapshots. */
final class FitCodec {

  private FitCodec() {}

  static void encode(FitEvent event, PModelEvent.Builder proto) {
    if (event instanceof ClaimMeasured measured) {
      proto.setClaimMeasured(
          PClaimMeasured.newBuilder()
              .setNumber(measured.id().number())
              .setMachine(measured.machine().value())
              .setRevision(measured.revision())
              .setResources(SpecCodec.toProto(measured.use()))
              .setStarts(measured.starts()));
    } else if (event instanceof DoesNotFit unfit) {
      proto.setDoesNotFit(toProto(unfit.machine(), unfit.unfit()));
    } else if (event instanceof FitForgotten forgotten) {
      proto.setFitForgotten(PFitForgotten.newBuilder().setMachine(forgotten.machine().value()));
    }
  }

  static ClaimMeasured decode(ModelName name, PClaimMeasured proto, Instant at) {
    return new ClaimMeasured(
        new InstanceId(name, proto.getNumber()),
        new MachineId(proto.getMachine()),
        proto.getRevision(),
        SpecCodec.fromProto(proto.getResources()),
        proto.getStarts(),
        at);
  }

  static DoesNotFit decode(ModelName name, PDoesNotFit proto, Instant at) {
    return new DoesNotFit(name, new MachineId(proto.getMachine()), unfit(proto), at);
  }

  static FitForgotten decode(ModelName name, PFitForgotten proto, Instant at) {
    return new FitForgotten(name, new MachineId(proto.getMachine()), at);
  }

  static void encode(Fit fit, PModelState.Builder proto) {
    fit.measured()
        .forEach(
            (revision, known) ->
                proto.addMeasured(
                    PMeasured.newBuilder()
                        .setRevision(revision)
                        .setResources(SpecCodec.toProto(known.use()))
                        .setStarts(known.starts())
                        .setNumber(known.number())));
    fit.unfit().forEach((machine, one) -> proto.addUnfit(toProto(machine, one)));
  }

  static Fit decode(PModelState proto) {
    Map<Long, Fit.Measured> measured = new TreeMap<>();
    for (PMeasured known : proto.getMeasuredList()) {
      measured.put(
          known.getRevision(),
          new Fit.Measured(
              SpecCodec.fromProto(known.getResources()), known.getStarts(), known.getNumber()));
    }
    Map<MachineId, Fit.Unfit> unfit = new TreeMap<>();
    for (PDoesNotFit one : proto.getUnfitList()) {
      unfit.put(new MachineId(one.getMachine()), unfit(one));
    }
    return new Fit(measured, unfit);
  }

  private static PDoesNotFit toProto(MachineId machine, Fit.Unfit one) {
    return PDoesNotFit.newBuilder()
        .setMachine(machine.value())
        .setRevision(one.revision())
        .setClaim(SpecCodec.toProto(one.claim()))
        .setReason(one.reason())
        .setMemoryTotalMib(one.memoryTotalMiB())
        .setGpuTotalMib(one.gpuTotalMiB())
        .build();
  }

  private static Fit.Unfit unfit(PDoesNotFit proto) {
    return new Fit.Unfit(
        proto.getRevision(),
        SpecCodec.fromProto(proto.getClaim()),
        proto.getMemoryTotalMib(),
        proto.getGpuTotalMib(),
        proto.getReason());
  }
}
