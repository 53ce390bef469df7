package io.remuda.registry.lease;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.lease.LeaseEvent.LeaseAsked;
import io.remuda.registry.lease.LeaseEvent.LeaseClosed;
import io.remuda.registry.lease.LeaseEvent.LeaseDeploying;
import io.remuda.registry.lease.LeaseEvent.LeaseEnded;
import io.remuda.registry.lease.LeaseEvent.LeaseGranted;
import io.remuda.registry.lease.LeaseEvent.LeaseMoved;
import io.remuda.registry.lease.LeaseEvent.LeaseRenewed;
import io.remuda.registry.lease.LeaseState.Cause;
import io.remuda.registry.lease.LeaseState.End;
import io.remuda.registry.lease.LeaseState.Part;
import io.remuda.registry.model.SpecCodec;
import io.remuda.registry.proto.journal.PEmpty;
import io.remuda.registry.proto.journal.PLeaseEnded;
import io.remuda.registry.proto.journal.PLeaseEvent;
import io.remuda.registry.proto.journal.PLeaseGranted;
import io.remuda.registry.proto.journal.PLeaseMoved;
import io.remuda.registry.proto.journal.PLeaseRenewed;
import io.remuda.registry.proto.journal.PLeaseState;
import io.remuda.registry.proto.journal.PPart;
import io.remuda.registry.proto.journal.PWish;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Bytes of a lease's events and snapshots. Times are kept to the millisecond. */
public final class LeaseCodec {

  private LeaseCodec() {}

  public static byte[] encode(LeaseEvent event) {
    PLeaseEvent.Builder proto =
        PLeaseEvent.newBuilder()
            .setAtMillis(event.at().toEpochMilli())
            .setLease(event.id().value());
    if (event instanceof LeaseAsked asked) {
      proto.setAsked(toProto(asked.wish()));
    } else if (event instanceof LeaseDeploying) {
      proto.setDeploying(PEmpty.getDefaultInstance());
    } else if (event instanceof LeaseGranted granted) {
      proto.setGranted(
          PLeaseGranted.newBuilder()
              .setToken(granted.token())
              .addAllParts(toProto(granted.parts())));
    } else if (event instanceof LeaseMoved moved) {
      proto.setMoved(
          PLeaseMoved.newBuilder()
              .setFrom(toProto(moved.model(), moved.from()))
              .setReason(moved.reason()));
    } else if (event instanceof LeaseRenewed renewed) {
      proto.setRenewed(PLeaseRenewed.newBuilder().setTtlMillis(renewed.ttl().toMillis()));
    } else if (event instanceof LeaseEnded ended) {
      proto.setEnded(toProto(new End(ended.cause(), ended.reason(), ended.code())));
    } else if (event instanceof LeaseClosed) {
      proto.setClosed(PEmpty.getDefaultInstance());
    }
    return proto.build().toByteArray();
  }

  public static LeaseEvent decodeEvent(byte[] bytes) throws InvalidProtocolBufferException {
    PLeaseEvent proto = PLeaseEvent.parseFrom(bytes);
    LeaseId id = new LeaseId(proto.getLease());
    Instant at = Instant.ofEpochMilli(proto.getAtMillis());
    return switch (proto.getEventCase()) {
      case ASKED -> new LeaseAsked(id, fromProto(proto.getAsked()), at);
      case DEPLOYING -> new LeaseDeploying(id, at);
      case GRANTED ->
          new LeaseGranted(
              id, proto.getGranted().getToken(), parts(proto.getGranted().getPartsList()), at);
      case MOVED -> {
        PPart from = proto.getMoved().getFrom();
        yield new LeaseMoved(
            id, new ModelName(from.getModel()), part(from), proto.getMoved().getReason(), at);
      }
      case RENEWED ->
          new LeaseRenewed(id, Duration.ofMillis(proto.getRenewed().getTtlMillis()), at);
      case ENDED -> {
        End end = fromProto(proto.getEnded());
        yield new LeaseEnded(id, end.cause(), end.reason(), end.code(), at);
      }
      case CLOSED -> new LeaseClosed(id, at);
      case EVENT_NOT_SET ->
          throw new InvalidProtocolBufferException(
              "an event of lease " + id + " was written by a newer version; upgrade this node");
    };
  }

  public static byte[] encode(LeaseState state) {
    PLeaseState.Builder proto =
        PLeaseState.newBuilder()
            .setLease(state.id().value())
            .setSequence(state.sequence())
            .setAskedAtMillis(state.askedAt().toEpochMilli())
            .setDeploying(state.deploying())
            .setToken(state.token())
            .addAllParts(toProto(state.parts()))
            .setSinceMillis(state.since().toEpochMilli())
            .setClosed(state.closed());
    state.wish().map(LeaseCodec::toProto).ifPresent(proto::setWish);
    state.end().map(LeaseCodec::toProto).ifPresent(proto::setEnd);
    state.ttl().map(Duration::toMillis).ifPresent(proto::setTtlMillis);
    return proto.build().toByteArray();
  }

  public static LeaseState decodeState(byte[] bytes) throws InvalidProtocolBufferException {
    PLeaseState proto = PLeaseState.parseFrom(bytes);
    return new LeaseState(
        new LeaseId(proto.getLease()),
        proto.getSequence(),
        proto.hasWish() ? Optional.of(fromProto(proto.getWish())) : Optional.empty(),
        Instant.ofEpochMilli(proto.getAskedAtMillis()),
        proto.getDeploying(),
        proto.getToken(),
        parts(proto.getPartsList()),
        Instant.ofEpochMilli(proto.getSinceMillis()),
        proto.hasEnd() ? Optional.of(fromProto(proto.getEnd())) : Optional.empty(),
        proto.getClosed(),
        proto.hasTtlMillis()
            ? Optional.of(Duration.ofMillis(proto.getTtlMillis()))
            : Optional.empty());
  }

  private static PWish toProto(Wish wish) {
    PWish.Builder proto =
        PWish.newBuilder()
            .setOwner(wish.owner())
            .setExclusive(wish.exclusive())
            .setTtlMillis(wish.ttl().toMillis())
            .setPatienceMillis(wish.patience().toMillis());
    new TreeSet<>(wish.models()).forEach(model -> proto.addModels(model.value()));
    wish.session().ifPresent(proto::setSession);
    wish.own().map(SpecCodec::toProto).ifPresent(proto::setOwn);
    if (wish.slots() > 1) {
      proto.setSlots(wish.slots());
    }
    return proto.build();
  }

  private static Wish fromProto(PWish proto) {
    return new Wish(
        proto.getOwner(),
        proto.getModelsList().stream().map(ModelName::new).collect(Collectors.toSet()),
        proto.getExclusive(),
        proto.hasSession() ? Optional.of(proto.getSession()) : Optional.empty(),
        Duration.ofMillis(proto.getTtlMillis()),
        Duration.ofMillis(proto.getPatienceMillis()),
        proto.hasOwn() ? Optional.of(SpecCodec.fromProto(proto.getOwn())) : Optional.empty(),
        proto.getSlots());
  }

  private static PLeaseEnded toProto(End end) {
    PLeaseEnded.Builder proto =
        PLeaseEnded.newBuilder().setCause(end.cause().name()).setReason(end.reason());
    end.code().map(ErrorCode::code).ifPresent(proto::setCode);
    return proto.build();
  }

  private static End fromProto(PLeaseEnded proto) {
    return new End(
        Cause.valueOf(proto.getCause()),
        proto.getReason(),
        proto.hasCode() ? code(proto.getCode()) : Optional.empty());
  }

  /** One that a newer version wrote is told by its reason alone. */
  private static Optional<ErrorCode> code(String written) {
    return Arrays.stream(ErrorCode.values())
        .filter(known -> known.code().equals(written))
        .findFirst();
  }

  private static List<PPart> toProto(Map<ModelName, Part> parts) {
    return parts.entrySet().stream()
        .map(entry -> toProto(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static PPart toProto(ModelName model, Part part) {
    return PPart.newBuilder()
        .setModel(model.value())
        .setInstance(part.instance().number())
        .setMachine(part.machine().value())
        .build();
  }

  private static Part part(PPart proto) {
    return new Part(
        new InstanceId(new ModelName(proto.getModel()), proto.getInstance()),
        new MachineId(proto.getMachine()));
  }

  private static Map<ModelName, Part> parts(List<PPart> all) {
    Map<ModelName, Part> parts = new TreeMap<>();
    all.forEach(each -> parts.put(new ModelName(each.getModel()), part(each)));
    return parts;
  }
}
