package io.remuda.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.config.StartRefused;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OidcSettingsTest {

  @TempDir private Path folder;

  private static Optional<OidcSettings> read(String oidc) {
    return OidcSettings.from(
        ConfigFactory.parseString("remuda.gateway.oidc {" + oidc + "}")
            .withFallback(ConfigFactory.load()));
  }

  @Test
  void takesNobodysTokensUnlessAnIssuerIsNamed() {
    OidcSettings defaults = TestIssuer.settings("");

    assertThat(read("")).isEmpty();
    assertThat(defaults.rules().algorithms()).containsExactly("ES256", "RS256");
    assertThat(defaults.rules().clockSkew()).isEqualTo(Duration.ofSeconds(30));
    assertThat(defaults.rules().rights())
        .isEqualTo(
            new TokenRules.Rights(
                "scope", "remuda:", Set.of(), Optional.empty(), Optional.empty()));
    assertThat(defaults.jwks())
        .isEqualTo(
            new OidcSettings.Jwks(
                URI.create("https://login.example.org/keys"),
                Optional.empty(),
                Duration.ofMinutes(10),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofHours(24),
                256 << 10));
    assertThat(defaults.tokenLimit()).isEqualTo(8 << 10);
    assertThat(defaults.cachedTokens()).isEqualTo(4096);
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            read(
                """
                issuer = i, audience = [a, b], jwks = "/keys/a.json", jwks-ca = "/keys/ca.pem"
                algorithms = [PS256], clock-skew = 1s, refresh-interval = 2s
                refresh-timeout = 3s, unknown-key-pause = 4s, keep-keys = 5s, jwks-limit = 6
                token-limit = 7, cached-tokens = 8, scopes-claim = roles, scope-prefix = ""
                default-scopes = [infer, audit], models-claim = m, tenant-claim = t
                """))
        .contains(
            new OidcSettings(
                new TokenRules(
                    "i",
                    Set.of("a", "b"),
                    Set.of("PS256"),
                    Duration.ofSeconds(1),
                    new TokenRules.Rights(
                        "roles",
                        "",
                        Set.of(Scope.INFER, Scope.AUDIT),
                        Optional.of("m"),
                        Optional.of("t"))),
                new OidcSettings.Jwks(
                    Path.of("/keys/a.json").toUri(),
                    Optional.of(Path.of("/keys/ca.pem")),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(5),
                    6),
                7,
                8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          audience = []                       | would be taken here
          audience = [" "]                    | would be taken here
          issuer = ""                         | issuer is empty
          jwks = ""                           | jwks_uri
          jwks = "http://login.example.org/k" | anybody on the way
          jwks = "HTTP://login.example.org/k" | anybody on the way
          jwks = "https://"                   | no address
          jwks = "ftp://login.example.org/k"  | anybody on the way
          algorithms = []                     | algorithms is []
          algorithms = [none]                 | algorithms is [none]
          algorithms = [RS256, HS256]         | HS256
          algorithms = [RSA-OAEP]             | RSA-OAEP
          clock-skew = 6m                     | 0 to 5 minutes
          clock-skew = -1s                    | 0 to 5 minutes
          default-scopes = [all]              | default-scopes names "all"
          default-scopes = [worker]           | default-scopes names "worker"
          scopes-claim = ""                   | scopes-claim is empty
          refresh-interval = 0s               | refresh-interval must be
          keep-keys = 0s                      | keep-keys must be
          token-limit = 0                     | token-limit must be
          """)
  void refusesWhatWouldLetInMoreThanItSays(String wrong, String sentence) {
    assertThatThrownBy(() -> TestIssuer.settings(wrong))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void refusesAFileOfKeysThatCannotBeUsed() throws Exception {
    Path file = folder.resolve("jwks.json");
    OidcSettings settings = TestIssuer.settings("jwks = \"" + file + "\"");
    OidcSettings small = TestIssuer.settings("jwks-limit = 10, jwks = \"" + file + "\"");

    assertThatThrownBy(() -> TokenCheck.open(settings, InstantSource.system()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContainingAll(file.toString(), "cannot be read");
    Files.writeString(file, "{\"keys\": []}");
    assertThatThrownBy(() -> TokenCheck.open(settings, InstantSource.system()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("no public key");
    assertThatThrownBy(() -> TokenCheck.open(small, InstantSource.system()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("larger than 10 bytes");
    Files.writeString(file, "not json");
    assertThatThrownBy(() -> TokenCheck.open(settings, InstantSource.system()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("no JSON Web Key Set");
  }

  @Test
  void refusesAuthoritiesThatCannotBeRead() {
    OidcSettings settings = TestIssuer.settings("jwks-ca = \"" + folder.resolve("no.pem") + "\"");

    assertThatThrownBy(() -> TokenCheck.open(settings, InstantSource.system()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("remuda.gateway.oidc.jwks-ca");
  }
}
