package io.remuda.registry.audit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.AuditProtocol.Deed;
import io.remuda.registry.audit.AuditEvent.Operated;
import io.remuda.registry.proto.journal.PAuditEvent;
import io.remuda.registry.proto.journal.PAuditState;
import io.remuda.registry.proto.journal.POperated;
import java.time.Instant;
import java.util.Optional;

/** Bytes of the audit's events and snapshots. */
public final class AuditCodec {

  private AuditCodec() {}

  public static byte[] encode(AuditEvent event) {
    PAuditEvent.Builder proto = PAuditEvent.newBuilder().setAtMillis(event.at().toEpochMilli());
    if (event instanceof Operated operated) {
      proto.setOperated(toProto(operated.deed()));
    }
    return proto.build().toByteArray();
  }

  private static POperated toProto(Deed deed) {
    POperated.Builder proto =
        POperated.newBuilder()
            .setRequestId(deed.requestId())
            .setCaller(deed.caller())
            .setOperation(deed.operation())
            .setPath(deed.path())
            .setStatus(deed.status());
    deed.tenant().ifPresent(proto::setTenant);
    deed.code().ifPresent(proto::setCode);
    return proto.build();
  }

  public static AuditEvent decodeEvent(byte[] bytes) throws InvalidProtocolBufferException {
    PAuditEvent proto = PAuditEvent.parseFrom(bytes);
    return switch (proto.getEventCase()) {
      case OPERATED ->
          new Operated(fromProto(proto.getOperated()), Instant.ofEpochMilli(proto.getAtMillis()));
      case EVENT_NOT_SET ->
          throw new InvalidProtocolBufferException(
              "an event of the audit was written by a newer version; upgrade this node");
    };
  }

  private static Deed fromProto(POperated proto) {
    return new Deed(
        proto.getRequestId(),
        proto.getCaller(),
        proto.hasTenant() ? Optional.of(proto.getTenant()) : Optional.empty(),
        proto.getOperation(),
        proto.getPath(),
        proto.getStatus(),
        proto.hasCode() ? Optional.of(proto.getCode()) : Optional.empty());
  }

  public static byte[] encode(AuditState state) {
    return PAuditState.newBuilder().setSequence(state.sequence()).build().toByteArray();
  }

  public static AuditState decodeState(byte[] bytes) throws InvalidProtocolBufferException {
    return new AuditState(PAuditState.parseFrom(bytes).getSequence());
  }
}
