package io.remuda.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.id.LeaseId;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whose a lease is can be told from its id. */
class LeaseSealTest {

  private static final Caller MINE = new Caller("mine", Set.of(Scope.INFER), Set.of());
  private static final Caller OTHER = new Caller("other", Set.of(Scope.INFER), Set.of());
  private static final Caller AUDITOR = new Caller("eye", Set.of(Scope.AUDIT), Set.of());
  private static final Caller ADMIN = new Caller("boss", Set.of(Scope.ADMIN), Set.of());

  private final LeaseSeal seal = new LeaseSeal("cluster-key");

  @Test
  void coversItsOwnerAndAdministratorsAndNobodyElse() {
    LeaseId lease = seal.id("ls", new byte[12], "mine");

    assertThat(seal.covers(lease, MINE)).isTrue();
    assertThat(seal.covers(lease, ADMIN)).isTrue();
    assertThat(seal.covers(lease, Caller.LOCAL)).isTrue();
    assertThat(seal.covers(lease, OTHER)).isFalse();
    assertThat(seal.covers(lease, AUDITOR)).isFalse();
    assertThat(seal.covers(lease, Caller.ANONYMOUS)).isFalse();
  }

  @Test
  void isTheSameAtEachGatewayOfAFleetAndAnotherInEachFleet() {
    LeaseId lease = seal.id("ls", new byte[12], "mine");

    assertThat(new LeaseSeal("cluster-key").covers(lease, MINE)).isTrue();
    assertThat(new LeaseSeal("another").covers(lease, MINE)).isFalse();
  }

  @Test
  void cannotBePutOnAnotherId() {
    String mine = seal.id("ls", new byte[12], "mine").value();
    byte[] one = new byte[12];
    one[11] = 1;
    String other = seal.id("ls", one, "other").value();

    LeaseId forged = new LeaseId(other.substring(0, 27) + mine.substring(27));

    assertThat(seal.covers(forged, MINE)).isFalse();
  }

  @Test
  void anIdOfAnEarlierVersionSaysNothingOfItsOwner() {
    LeaseId before = new LeaseId("ls-0123456789abcdef0123456789abcdef");

    assertThat(seal.covers(before, OTHER)).isTrue();
  }
}
