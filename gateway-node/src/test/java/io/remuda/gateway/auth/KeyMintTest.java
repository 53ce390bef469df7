package io.remuda.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.ModelName;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyMintTest {

  private static final LeaseSeal SEAL = new LeaseSeal("cluster-key");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private final KeyMint mint = new KeyMint("cluster-key", new SecureRandom());

  private KeyMint.Minted minted() {
    return mint.mint("test", Set.of(Scope.INFER), Set.of(), NOW, Optional.empty());
  }

  @Test
  void recognisesTheKeyThatItMade() {
    KeyMint.Minted minted = minted();

    KeyMint.Presented presented = KeyMint.parse(minted.secret()).orElseThrow();

    assertThat(presented.id()).isEqualTo(minted.key().id());
    assertThat(mint.matches(minted.key(), presented, NOW)).isTrue();
  }

  @Test
  void refusesAnotherSecretAndAnotherClustersKey() {
    KeyMint.Minted minted = minted();
    String wrong = "rmd_" + minted.key().id() + "_" + "A".repeat(43);
    KeyMint elsewhere = new KeyMint("another-key", new SecureRandom());

    assertThat(mint.matches(minted.key(), KeyMint.parse(wrong).orElseThrow(), NOW)).isFalse();
    assertThat(elsewhere.matches(minted.key(), KeyMint.parse(minted.secret()).orElseThrow(), NOW))
        .isFalse();
  }

  @Test
  void bindsTheHashToTheId() {
    KeyMint.Minted one = minted();
    String secret = one.secret().substring(one.secret().length() - 43);
    KeyMint.Presented renamed = KeyMint.parse("rmd_othername_" + secret).orElseThrow();

    assertThat(mint.matches(one.key(), renamed, NOW)).isFalse();
  }

  @Test
  void keepsSecretsOutOfTextAndStore() {
    KeyMint.Minted minted = minted();
    String secret = minted.secret().substring(minted.secret().length() - 43);

    assertThat(minted.toString()).doesNotContain(secret);
    assertThat(minted.key().toString()).doesNotContain(secret);
    assertThat(KeyMint.parse(minted.secret()).orElseThrow().toString()).doesNotContain(secret);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rmd_",
        "rmd_abcd_short",
        "sk-123",
        "rmd_ABCD_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void takesNothingElseForAKey(String raw) {
    assertThat(KeyMint.parse(raw)).isEmpty();
  }

  @Test
  void grantsOnlySubsets() {
    ModelName a = new ModelName("a");
    ModelName b = new ModelName("b");
    Caller deployer = new Caller("k", Set.of(Scope.DEPLOY, Scope.INFER), Set.of(a));

    assertThat(grants(deployer, Scope.INFER, new AllowList(Set.of(a), Set.of()))).isTrue();
    assertThat(grants(deployer, Scope.ADMIN, new AllowList(Set.of(a), Set.of()))).isFalse();
    assertThat(grants(deployer, Scope.INFER, new AllowList(Set.of(b), Set.of()))).isFalse();
    assertThat(grants(deployer, Scope.INFER, AllowList.ALL)).isFalse();
    assertThat(grants(Caller.LOCAL, Scope.ADMIN, AllowList.ALL)).isTrue();
  }

  private static boolean grants(Caller caller, Scope scope, AllowList models) {
    return caller.mayGrant(Set.of(scope), models, Optional.empty());
  }

  @Test
  void aTenantsAdministratorGrantsNothingOutsideOfIt() {
    Caller acmes = new Caller("k", Set.of(Scope.ADMIN), AllowList.ALL, Optional.of("acme"));

    assertThat(acmes.mayGrant(Set.of(Scope.INFER), AllowList.ALL, Optional.of("acme"))).isTrue();
    assertThat(acmes.mayGrant(Set.of(Scope.INFER), AllowList.ALL, Optional.of("other"))).isFalse();
    assertThat(acmes.mayGrant(Set.of(Scope.INFER), AllowList.ALL, Optional.empty())).isFalse();
    assertThat(Caller.LOCAL.mayGrant(Set.of(Scope.INFER), AllowList.ALL, Optional.of("acme")))
        .isTrue();
  }

  @Test
  void checksTheEdgesKeysWithTheSameEyes() {
    KeyMint.Minted minted =
        mint.mint(
            new KeyId("edge1"),
            "",
            Set.of(Scope.INFER),
            Set.of(new ModelName("a")),
            NOW,
            Optional.empty());
    KeyCheck check =
        new KeyCheck(
            true,
            mint,
            id -> Optional.of(minted.key()).filter(key -> key.id().equals(id)),
            () -> NOW);
    EdgeKeys edge = new EdgeKeys(check, SEAL);
    var chat = io.remuda.gateway.edge.Endpoint.CHAT;

    assertThat(edge.check("", chat).refused()).isPresent();
    assertThat(edge.check("sk-any", chat).refused()).isPresent();
    assertThat(edge.check(minted.secret(), chat).refused()).isEmpty();
    assertThat(edge.check(minted.secret(), chat).models().test("a")).isTrue();
    assertThat(edge.check(minted.secret(), chat).models().test("b")).isFalse();
    assertThat(edge.check(minted.secret(), chat).leases())
        .accepts(SEAL.id("ls", new byte[12], "edge1"))
        .rejects(SEAL.id("ls", new byte[12], "edge2"));
    assertThat(
            new EdgeKeys(new KeyCheck(false, mint, id -> Optional.empty(), () -> NOW), SEAL)
                .check("anything", chat)
                .models()
                .test("b"))
        .isTrue();
  }
}
