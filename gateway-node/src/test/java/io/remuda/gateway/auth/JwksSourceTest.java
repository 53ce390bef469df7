package io.remuda.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ServerCertificate;
import io.remuda.protocol.tls.PublicTls;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Keys from a real https server with a certificate of its own, and from a file. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JwksSourceTest {

  private static final TestIssuer ISSUER = new TestIssuer();

  private Path folder;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger elsewhere = new AtomicInteger();
  private ServerCertificate certificate;
  private HttpsServer server;

  @BeforeAll
  void start(@TempDir Path shared) throws Exception {
    folder = shared;
    certificate = ServerCertificate.make(folder, "issuer", "localhost");
    PublicTls shown =
        PublicTls.open(
            certificate.certificate(), certificate.key(), InstantSource.system(), left -> {});
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[] {shown.keys()}, null, null);
    server = HttpsServer.create(new InetSocketAddress("localhost", 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(threads);
    server.createContext("/keys", answer(200, ISSUER.jwks()));
    server.createContext("/broken", answer(500, ISSUER.jwks()));
    server.createContext("/large", answer(200, " ".repeat(300 << 10) + ISSUER.jwks()));
    server.createContext(
        "/elsewhere",
        exchange -> {
          elsewhere.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().add("location", address("/elsewhere"));
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    // Begins to answer, and says no more.
    server.createContext(
        "/silent",
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
        });
    server.start();
  }

  @AfterAll
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static HttpHandler answer(int status, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return exchange -> {
      exchange.sendResponseHeaders(status, bytes.length);
      try (var out = exchange.getResponseBody()) {
        out.write(bytes);
      }
    };
  }

  private String address(String path) {
    return "https://localhost:" + server.getAddress().getPort() + path;
  }

  private String read(String address, String more) throws Exception {
    OidcSettings settings = TestIssuer.settings("jwks = \"" + address + "\", " + more);
    return JwksSource.of(settings.jwks(), threads)
        .read()
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  private String pinned() {
    return "refresh-timeout = 15s, jwks-ca = \"" + certificate.certificate() + "\"";
  }

  @Test
  void readsKeysFromAServerThatTheAuthoritiesVouchFor() throws Exception {
    assertThat(read(address("/keys"), pinned())).isEqualTo(ISSUER.jwks());
    assertThatThrownBy(() -> read(address("/keys"), "refresh-timeout = 15s"))
        .as("Java knows no such authority")
        .hasRootCauseInstanceOf(java.security.cert.CertPathBuilderException.class);
    assertThatThrownBy(() -> read(address("/keys").replace("localhost", "127.0.0.1"), pinned()))
        .as("for another host")
        .hasStackTraceContaining("No subject alternative names");
  }

  @Test
  void followsNobodyElsewhere() {
    assertThatThrownBy(() -> read(address("/moved"), pinned()))
        .hasMessageContaining("answers 302 and not 200");
    assertThat(elsewhere).hasValue(0);
  }

  @Test
  void takesNoFailedOrOversizedAnswer() {
    assertThatThrownBy(() -> read(address("/broken"), pinned()))
        .hasMessageContaining("answers 500 and not 200");
    assertThatThrownBy(() -> read(address("/large"), pinned()))
        .hasStackTraceContaining("larger than 262144 bytes");
  }

  @Test
  void leavesAServerThatStopsInTheMiddle() {
    assertThatThrownBy(() -> read(address("/silent"), pinned() + ", refresh-timeout = 1s"))
        .hasStackTraceContaining("Timeout");
  }

  @Test
  void aFileThatIsReplacedIsReadAgain() throws Exception {
    Path file = Files.writeString(folder.resolve("jwks.json"), new TestIssuer().jwks());
    OidcSettings settings = TestIssuer.settings("jwks = \"" + file + "\", refresh-interval = 20ms");
    String token = ISSUER.token(Instant.now(), "remuda:infer");
    try (TokenCheck check = TokenCheck.open(settings, InstantSource.system())) {
      assertThat(check.check(token).caller()).isEmpty();

      Files.writeString(file, ISSUER.jwks());

      Eventually.passes(
          "its keys are known",
          Duration.ofSeconds(20),
          () -> assertThat(check.check(token).caller()).isPresent());
    }
  }

  @Test
  void anIssuerThatIsAwayKeepsNobodyFromStarting() throws Exception {
    OidcSettings settings = TestIssuer.settings("jwks = \"https://localhost:1/keys\"");
    try (TokenCheck check = TokenCheck.open(settings, InstantSource.system())) {
      assertThat(
              check
                  .check(ISSUER.token(Instant.now(), "remuda:infer"))
                  .refused()
                  .orElseThrow()
                  .code())
          .isEqualTo(io.remuda.protocol.ErrorCode.ISSUER_UNAVAILABLE);
    }
  }
}
