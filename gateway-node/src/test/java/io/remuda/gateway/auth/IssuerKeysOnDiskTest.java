package io.remuda.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that starts again while the issuer of its tokens is away. */
class IssuerKeysOnDiskTest {

  private static final TestIssuer ISSUER = new TestIssuer();
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir private Path folder;

  private final List<Double> left = new ArrayList<>();
  private long nanos;

  private Path file() {
    return folder.resolve("oidc-keys");
  }

  private IssuerKeys started(OidcSettings settings, Instant now, boolean issuerIsThere) {
    IssuerKeys keys =
        new IssuerKeys(
            () ->
                issuerIsThere
                    ? CompletableFuture.completedStage(ISSUER.jwks())
                    : CompletableFuture.failedStage(new IOException("connection refused")),
            settings.jwks(),
            settings.rules().algorithms(),
            () -> nanos,
            left::add);
    new IssuerKeysOnDisk(file(), settings.jwks(), () -> now).tie(keys);
    var unused = keys.refresh();
    return keys;
  }

  private IssuerKeys startedWithoutIssuer(String more, Instant now) {
    return started(TestIssuer.settings(more), now, false);
  }

  @Test
  void tokensAreTakenAfterARestartForWhatIsLeftOfTheKeysTime() {
    assertThat(started(TestIssuer.settings("keep-keys = 24h"), NOW, true).current()).isPresent();

    IssuerKeys again = startedWithoutIssuer("keep-keys = 24h", NOW.plus(HOUR.multipliedBy(23)));

    assertThat(again.current().orElseThrow().ids()).containsExactly("r1", "e1");
    assertThat(left).last().isEqualTo(3_600.0);
    nanos += HOUR.toNanos();
    assertThat(again.current()).isPresent();
    nanos += 1;
    assertThat(again.current()).as("another restart gives them no more time").isEmpty();
  }

  @Test
  void keysAreLeftAloneThatAreTooOldOfATimeToComeOrOfAnotherAddress() {
    started(TestIssuer.settings("keep-keys = 24h"), NOW, true);

    assertThat(startedWithoutIssuer("", NOW.plus(Duration.ofHours(25))).current()).isEmpty();
    assertThat(startedWithoutIssuer("", NOW.minusSeconds(1)).current()).isEmpty();
    assertThat(startedWithoutIssuer("keep-keys = 1h", NOW.plus(HOUR).plusSeconds(1)).current())
        .isEmpty();
    assertThat(startedWithoutIssuer("jwks = \"https://other.example.org/keys\"", NOW).current())
        .isEmpty();
    assertThat(startedWithoutIssuer("", NOW).current()).isPresent();
  }

  @Test
  void aDamagedCopyIsLeftAloneAndReplacedByTheNextReading() throws Exception {
    String address = TestIssuer.settings("").jwks().address().toString();
    for (String damage :
        List.of(
            "",
            "no time\n" + address + "\n" + ISSUER.jwks(),
            NOW + "\n" + address + "\n{\"keys\":[",
            NOW + "\n" + address,
            "x".repeat(300 << 10))) {
      Files.writeString(file(), damage);
      assertThat(startedWithoutIssuer("", NOW).current()).as(damage).isEmpty();
    }

    started(TestIssuer.settings(""), NOW, true);

    assertThat(startedWithoutIssuer("", NOW).current()).isPresent();
    assertThat(Files.getPosixFilePermissions(file())).hasSize(2);
  }

  /** All of it, with an address at which nobody answers. */
  @Test
  void aGatewayThatStartsWithACopyTakesTokensAtOnce() {
    OidcSettings settings = TestIssuer.settings("jwks = \"https://localhost:1/keys\"");
    started(settings, Instant.now(), true);
    String token = ISSUER.token(Instant.now(), "remuda:infer");

    try (TokenCheck check = TokenCheck.open(settings, InstantSource.system(), file());
        TokenCheck without = TokenCheck.open(settings, InstantSource.system())) {
      assertThat(check.check(token).caller()).isPresent();
      assertThat(without.check(token).caller()).isEmpty();
    }
  }
}
