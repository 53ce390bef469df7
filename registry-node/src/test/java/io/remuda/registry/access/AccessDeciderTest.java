package io.remuda.registry.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import io.remuda.registry.access.AccessEvent.TenantLimited;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessDeciderTest {

  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final KeyId CI = new KeyId("abcd1234");
  private static final Limits SIXTY = new Limits(60, 0, 0, 0);
  private static final ApiKey KEY =
      new ApiKey(CI, "ci", "00ff", Set.of(Scope.INFER), Set.of(), NOW, Optional.empty(), false, 0);

  @Test
  void whatIsHeardTwiceChangesNothingMore() {
    AccessState made =
        after(AccessState.EMPTY, AccessDecider.create(AccessState.EMPTY, KEY, 1_000, NOW));
    AccessState rotated =
        after(made, AccessDecider.rotate(made, CI, "11ee", Optional.empty(), NOW));
    AccessState limited = after(rotated, AccessDecider.limitKey(rotated, CI, SIXTY, NOW));
    AccessState revoked = after(limited, AccessDecider.revoke(limited, CI, NOW));

    assertThat(AccessDecider.create(made, KEY, 1_000, NOW)).isEqualTo(AccessDecision.NOTHING);
    assertThat(AccessDecider.rotate(rotated, CI, "11ee", Optional.empty(), NOW))
        .isEqualTo(AccessDecision.NOTHING);
    assertThat(AccessDecider.limitKey(limited, CI, SIXTY, NOW)).isEqualTo(AccessDecision.NOTHING);
    assertThat(AccessDecider.revoke(revoked, CI, NOW)).isEqualTo(AccessDecision.NOTHING);
  }

  @Test
  void refusesMoreTenantsWithLimitsThanGatewaysCanBeToldOf() {
    AccessState full = AccessState.EMPTY;
    for (int i = 0; i < AccessDecider.MOST_TENANTS; i++) {
      full = full.on(new TenantLimited("tenant-" + i, SIXTY, NOW));
    }

    Refused refused = AccessDecider.limitTenant(full, "acme", SIXTY, NOW).refused().orElseThrow();

    assertThat(refused.code()).isEqualTo(ErrorCode.INSUFFICIENT_QUOTA);
    assertThat(refused.message()).contains("1000 tenants").contains("limit keys instead");
    assertThat(AccessDecider.limitTenant(full, "tenant-7", Limits.NONE, NOW).event())
        .as("one of them")
        .isPresent();
  }

  private static AccessState after(AccessState state, AccessDecision decision) {
    return state.on(decision.event().orElseThrow());
  }
}
