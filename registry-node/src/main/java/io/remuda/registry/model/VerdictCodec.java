package io.remuda.registry.model;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.proto.journal.PFoundNoPlace;
import io.remuda.registry.proto.journal.PVerdict;
import java.time.Instant;
import java.util.List;

/** Bytes of what was said of machines when an instance was placed, or was not. */
final class VerdictCodec {

  private VerdictCodec() {}

  static PFoundNoPlace toProto(FoundNoPlace event) {
    return PFoundNoPlace.newBuilder()
        .setMissing(event.missing())
        .setWanted(event.wanted())
        .setMachines(event.machines())
        .addAllWeighed(toProto(event.weighed()))
        .build();
  }

  static FoundNoPlace decode(ModelName name, PFoundNoPlace proto, Instant at) {
    return new FoundNoPlace(
        name,
        proto.getMissing(),
        proto.getWanted(),
        proto.getMachines(),
        fromProto(proto.getWeighedList()),
        at);
  }

  static List<PVerdict> toProto(List<Verdict> weighed) {
    return weighed.stream()
        .map(
            verdict ->
                PVerdict.newBuilder()
                    .setMachine(verdict.machine().value())
                    .setFits(verdict.fits())
                    .setEverFits(verdict.everFits())
                    .setPredicate(verdict.predicate())
                    .setText(verdict.text())
                    .build())
        .toList();
  }

  static List<Verdict> fromProto(List<PVerdict> weighed) {
    return weighed.stream()
        .map(
            verdict ->
                new Verdict(
                    new MachineId(verdict.getMachine()),
                    verdict.getFits(),
                    verdict.getEverFits(),
                    verdict.getPredicate(),
                    verdict.getText()))
        .toList();
  }
}
