package io.remuda.registry.access;

import com.google.protobuf.InvalidProtocolBufferException;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Replaced;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.ModelPattern;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.TenantLimits;
import io.remuda.registry.access.AccessEvent.KeyCreated;
import io.remuda.registry.access.AccessEvent.KeyLimited;
import io.remuda.registry.access.AccessEvent.KeyRevoked;
import io.remuda.registry.access.AccessEvent.KeyRotated;
import io.remuda.registry.access.AccessEvent.TenantLimited;
import io.remuda.registry.proto.journal.PAccessEvent;
import io.remuda.registry.proto.journal.PAccessState;
import io.remuda.registry.proto.journal.PApiKey;
import io.remuda.registry.proto.journal.PKeyLimited;
import io.remuda.registry.proto.journal.PKeyRotated;
import io.remuda.registry.proto.journal.PLimits;
import io.remuda.registry.proto.journal.PReplaced;
import io.remuda.registry.proto.journal.PTenantLimited;
import io.remuda.registry.proto.journal.PTenantLimits;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Bytes of key events and snapshots; of a key's secret there is never more than its hash. */
public final class AccessCodec {

  private AccessCodec() {}

  public static byte[] encode(AccessEvent event) {
    PAccessEvent.Builder proto = PAccessEvent.newBuilder().setAtMillis(event.at().toEpochMilli());
    if (event instanceof KeyCreated created) {
      proto.setCreated(toProto(created.created()));
    } else if (event instanceof KeyRevoked revoked) {
      proto.setRevoked(revoked.key().value());
    } else if (event instanceof KeyRotated rotated) {
      proto.setRotated(toProto(rotated));
    } else if (event instanceof KeyLimited limited) {
      proto.setLimited(
          PKeyLimited.newBuilder()
              .setId(limited.key().value())
              .setLimits(toProto(limited.limits())));
    } else if (event instanceof TenantLimited limited) {
      proto.setTenantLimited(
          PTenantLimited.newBuilder()
              .setTenant(limited.tenant())
              .setLimits(toProto(limited.limits())));
    }
    return proto.build().toByteArray();
  }

  public static AccessEvent decodeEvent(byte[] bytes) throws InvalidProtocolBufferException {
    PAccessEvent proto = PAccessEvent.parseFrom(bytes);
    Instant at = Instant.ofEpochMilli(proto.getAtMillis());
    return switch (proto.getEventCase()) {
      case CREATED -> new KeyCreated(fromProto(proto.getCreated()), at);
      case REVOKED -> new KeyRevoked(new KeyId(proto.getRevoked()), at);
      case ROTATED -> rotated(proto.getRotated(), at);
      case LIMITED ->
          new KeyLimited(
              new KeyId(proto.getLimited().getId()), fromProto(proto.getLimited().getLimits()), at);
      case TENANT_LIMITED ->
          new TenantLimited(
              proto.getTenantLimited().getTenant(),
              fromProto(proto.getTenantLimited().getLimits()),
              at);
      case EVENT_NOT_SET ->
          throw new InvalidProtocolBufferException(
              "an event of the API keys was written by a newer version; upgrade this node");
    };
  }

  public static byte[] encode(AccessState state) {
    PAccessState.Builder proto = PAccessState.newBuilder().setSequence(state.sequence());
    state.keys().values().forEach(key -> proto.addKeys(toProto(key)));
    for (TenantLimits tenant : state.tenants().values()) {
      proto.addTenants(
          PTenantLimits.newBuilder()
              .setTenant(tenant.tenant())
              .setLimits(toProto(tenant.limits()))
              .setVersion(tenant.version()));
    }
    return proto.build().toByteArray();
  }

  public static AccessState decodeState(byte[] bytes) throws InvalidProtocolBufferException {
    PAccessState proto = PAccessState.parseFrom(bytes);
    Map<KeyId, ApiKey> keys = new TreeMap<>();
    for (PApiKey key : proto.getKeysList()) {
      keys.put(new KeyId(key.getId()), fromProto(key));
    }
    Map<String, TenantLimits> tenants = new TreeMap<>();
    for (PTenantLimits tenant : proto.getTenantsList()) {
      tenants.put(
          tenant.getTenant(),
          new TenantLimits(tenant.getTenant(), fromProto(tenant.getLimits()), tenant.getVersion()));
    }
    return new AccessState(proto.getSequence(), keys, tenants);
  }

  private static PLimits toProto(Limits limits) {
    return PLimits.newBuilder()
        .setRequestsPerMinute(limits.requestsPerMinute())
        .setTokensPerMinute(limits.tokensPerMinute())
        .setTokensPerDay(limits.tokensPerDay())
        .setTokensPerMonth(limits.tokensPerMonth())
        .build();
  }

  private static Limits fromProto(PLimits proto) {
    return new Limits(
        proto.getRequestsPerMinute(),
        proto.getTokensPerMinute(),
        proto.getTokensPerDay(),
        proto.getTokensPerMonth());
  }

  private static PKeyRotated toProto(KeyRotated rotated) {
    PKeyRotated.Builder proto =
        PKeyRotated.newBuilder().setId(rotated.key().value()).setSecretHash(rotated.secretHash());
    rotated.oldUntil().ifPresent(until -> proto.setOldUntilMillis(until.toEpochMilli()));
    return proto.build();
  }

  private static KeyRotated rotated(PKeyRotated proto, Instant at) {
    return new KeyRotated(
        new KeyId(proto.getId()),
        proto.getSecretHash(),
        proto.hasOldUntilMillis()
            ? Optional.of(Instant.ofEpochMilli(proto.getOldUntilMillis()))
            : Optional.empty(),
        at);
  }

  private static PApiKey toProto(ApiKey key) {
    PApiKey.Builder proto =
        PApiKey.newBuilder()
            .setId(key.id().value())
            .setLabel(key.label())
            .setSecretHash(key.secretHash())
            .setCreatedAtMillis(key.createdAt().toEpochMilli())
            .setRevoked(key.revoked())
            .setVersion(key.version());
    key.scopes().forEach(scope -> proto.addScopes(scope.name()));
    key.models().forEach(model -> proto.addModels(model.value()));
    key.expiresAt().ifPresent(at -> proto.setExpiresAtMillis(at.toEpochMilli()));
    key.patterns().forEach(pattern -> proto.addPatterns(pattern.beginning()));
    key.tenant().ifPresent(proto::setTenant);
    for (Replaced old : key.replaced()) {
      proto.addReplaced(
          PReplaced.newBuilder()
              .setSecretHash(old.secretHash())
              .setUntilMillis(old.until().toEpochMilli()));
    }
    if (!key.limits().equals(Limits.NONE)) {
      proto.setLimits(toProto(key.limits()));
    }
    return proto.build();
  }

  private static ApiKey fromProto(PApiKey proto) {
    return new ApiKey(
        new KeyId(proto.getId()),
        proto.getLabel(),
        proto.getSecretHash(),
        proto.getScopesList().stream().map(Scope::valueOf).collect(Collectors.toSet()),
        proto.getModelsList().stream().map(ModelName::new).collect(Collectors.toSet()),
        Instant.ofEpochMilli(proto.getCreatedAtMillis()),
        proto.hasExpiresAtMillis()
            ? Optional.of(Instant.ofEpochMilli(proto.getExpiresAtMillis()))
            : Optional.empty(),
        proto.getRevoked(),
        proto.getVersion(),
        proto.getPatternsList().stream().map(ModelPattern::new).collect(Collectors.toSet()),
        proto.hasTenant() ? Optional.of(proto.getTenant()) : Optional.empty(),
        proto.getReplacedList().stream()
            .map(
                old ->
                    new Replaced(old.getSecretHash(), Instant.ofEpochMilli(old.getUntilMillis())))
            .toList(),
        proto.hasLimits() ? fromProto(proto.getLimits()) : Limits.NONE);
  }
}
