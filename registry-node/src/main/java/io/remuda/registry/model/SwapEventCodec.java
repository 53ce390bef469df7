package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.SwapEvent.GaveWay;
import io.remuda.registry.model.SwapEvent.Given;
import io.remuda.registry.proto.journal.PGaveWay;
import io.remuda.registry.proto.journal.PGiven;
import io.remuda.registry.proto.journal.PModelEvent;
import io.remuda.registry.proto.journal.PModelState;
import java.time.Instant;
import java.util.Optional;

/** Bytes of places that names gave to each other. */
final class SwapEventCodec {

  private SwapEventCodec() {}

  static void encode(SwapEvent event, PModelEvent.Builder proto) {
    if (event instanceof GaveWay gave) {
      proto.setGaveWay(
          PGaveWay.newBuilder()
              .setNumber(gave.id().number())
              .setMachine(gave.machine().value())
              .setTo(gave.to().value())
              .setWhy(gave.why()));
    }
  }

  static SwapEvent decode(ModelName name, PGaveWay proto, Instant at) {
    return new GaveWay(
        new InstanceId(name, proto.getNumber()),
        new MachineId(proto.getMachine()),
        new ModelName(proto.getTo()),
        proto.getWhy(),
        at);
  }

  static PGiven toProto(Given given) {
    return PGiven.newBuilder()
        .setNumber(given.id().number())
        .setMachine(given.machine().value())
        .setTo(given.to().value())
        .setAtMillis(given.at().toEpochMilli())
        .build();
  }

  static Optional<Given> given(PModelState proto) {
    if (!proto.hasGiven()) {
      return Optional.empty();
    }
    PGiven given = proto.getGiven();
    return Optional.of(
        new Given(
            new InstanceId(new ModelName(proto.getName()), given.getNumber()),
            new MachineId(given.getMachine()),
            new ModelName(given.getTo()),
            Instant.ofEpochMilli(given.getAtMillis())));
  }
}
