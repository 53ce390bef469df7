package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.testing.ServerCertificate;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries over https: to the address that was checked, by whoever proves to be the host. */
class WebhookTlsTest {

  /** No name server knows it. */
  private static final String HOST = "hooks.invalid";

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir Path folder;

  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final List<String> lookedUp = new CopyOnWriteArrayList<>();
  private Vertx vertx;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @Test
  void theAddressThatWasCheckedIsCalledAndProvesToBeTheHost() throws Exception {
    ServerCertificate hooks = ServerCertificate.make(folder, "hooks", HOST);

    // A second look-up, whoever made it, would find nothing.
    assertThat(post(receiver(hooks), Optional.of(hooks))).isEqualTo(204);

    assertThat(lookedUp).containsExactly(HOST);
    assertThat(seen).singleElement().asString().startsWith("POST " + HOST).endsWith(" sni=" + HOST);
  }

  @Test
  void whoHoldsAnotherHostsCertificateIsToldNothing() {
    ServerCertificate another = ServerCertificate.make(folder, "another", "elsewhere.invalid");

    assertThatThrownBy(() -> post(receiver(another), Optional.of(another)))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SSLException.class)
        .hasStackTraceContaining("No subject alternative DNS name matching " + HOST);
    assertThat(seen).isEmpty();
  }

  /** That it stands at the very address that was checked makes it no other. */
  @Test
  void aCertificateForTheAddressIsNoneForTheHost() {
    ServerCertificate address =
        ServerCertificate.make(folder, "address", LOOPBACK.getHostAddress());

    assertThatThrownBy(() -> post(receiver(address), Optional.of(address)))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SSLException.class);
    assertThat(seen).isEmpty();
  }

  @Test
  void whoIsNotTrustedIsToldNothing() {
    ServerCertificate selfMade = ServerCertificate.make(folder, "selfmade", HOST);

    assertThatThrownBy(() -> post(receiver(selfMade), Optional.empty()))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SSLException.class);
    assertThat(seen).isEmpty();
  }

  /** Its port. */
  private int receiver(ServerCertificate certificate) throws Exception {
    HttpServer server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setSni(true)
                    .setKeyCertOptions(
                        new PemKeyCertOptions()
                            .addCertPath(certificate.certificate().toString())
                            .addKeyPath(certificate.key().toString())))
            .requestHandler(
                request -> {
                  seen.add(
                      request.method()
                          + " "
                          + request.authority()
                          + request.uri()
                          + " sni="
                          + request.connection().indicatedServerName());
                  request.response().setStatusCode(204).end();
                });
    return server
        .listen(0, LOOPBACK.getHostAddress())
        .toCompletionStage()
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS)
        .actualPort();
  }

  private int post(int port, Optional<ServerCertificate> trusted) throws Exception {
    WebhookSettings settings =
        WebhookSettings.from(
            ConfigFactory.parseString(
                    """
                    remuda.gateway.tasks.webhooks {
                      hosts = ["%1$s"], private-hosts = ["%1$s"]
                      secret = 0123456789abcdef01234567
                    }
                    """
                        .formatted(HOST))
                .withFallback(ConfigFactory.load()));
    try (WebhookCall call =
        new WebhookCall(
            new WebhookPolicy(settings),
            settings,
            host -> {
              lookedUp.add(host);
              return new InetAddress[] {LOOPBACK};
            },
            trusted.map(
                certificate ->
                    new PemTrustOptions().addCertPath(certificate.certificate().toString())))) {
      return call.post(
              URI.create("https://" + HOST + ":" + port + "/hook?task=7"),
              new byte[] {'{', '}'},
              Map.of())
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
    }
  }
}
