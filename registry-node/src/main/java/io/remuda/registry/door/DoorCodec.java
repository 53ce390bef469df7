package io.remuda.registry.door;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.registry.door.DoorEvent.NodeRefused;
import io.remuda.registry.proto.journal.PDoorEvent;
import io.remuda.registry.proto.journal.PDoorState;
import io.remuda.registry.proto.journal.PNodeRefused;
import java.time.Instant;

/** Bytes of the door's events and snapshots. */
public final class DoorCodec {

  private DoorCodec() {}

  public static byte[] encode(DoorEvent event) {
    PDoorEvent.Builder proto = PDoorEvent.newBuilder().setAtMillis(event.at().toEpochMilli());
    if (event instanceof NodeRefused refused) {
      proto.setRefused(
          PNodeRefused.newBuilder()
              .setRemote(refused.remote())
              .setReason(refused.reason())
              .setUnsaid(refused.unsaid()));
    }
    return proto.build().toByteArray();
  }

  public static DoorEvent decodeEvent(byte[] bytes) throws InvalidProtocolBufferException {
    PDoorEvent proto = PDoorEvent.parseFrom(bytes);
    return switch (proto.getEventCase()) {
      case REFUSED ->
          new NodeRefused(
              proto.getRefused().getRemote(),
              proto.getRefused().getReason(),
              proto.getRefused().getUnsaid(),
              Instant.ofEpochMilli(proto.getAtMillis()));
      case EVENT_NOT_SET ->
          throw new InvalidProtocolBufferException(
              "an event of the fleet's door was written by a newer version; upgrade this node");
    };
  }

  public static byte[] encode(DoorState state) {
    return PDoorState.newBuilder().setSequence(state.sequence()).build().toByteArray();
  }

  public static DoorState decodeState(byte[] bytes) throws InvalidProtocolBufferException {
    return new DoorState(PDoorState.parseFrom(bytes).getSequence());
  }
}
