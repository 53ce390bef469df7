package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.Props;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.Behaviors;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import io.remuda.protocol.tls.CertificateAuthority;
import io.remuda.protocol.tls.FleetTls;
import io.remuda.protocol.tls.JoinToken;
import io.remuda.protocol.tls.NodeCertificate;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node asks for a certificate of its fleet at both its ports. The clients here trust everybody,
 * so nothing but the node's own check keeps them out.
 */
class CertificateAskedForTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration YEAR = Duration.ofDays(365);
  private static final byte[] QUESTION =
      "GET /bootstrap/seed-nodes HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;
  private final HostPort contact = TestNode.contacts(1).get(0);
  private final List<PeerRefused> refused = new CopyOnWriteArrayList<>();

  @Test
  void whoShowsNoneOrAForeignOneIsTurnedAwayAtBothPorts() throws Exception {
    CertificateAuthority authority = authority("ca");
    JoinToken foreign = authority("other").token("stranger", YEAR, List.of(), Instant.now());
    JoinToken friend = authority.token("friend", YEAR, List.of(), Instant.now());
    try (TestNode registry = registry(authority)) {
      registry.awaitUp(SOON);
      watch(registry);
      int actorsPort =
          akka.cluster.typed.Cluster.get(registry.system())
              .selfMember()
              .address()
              .getPort()
              .orElseThrow();

      assertThat(talk(contact.port(), Optional.of(friend))).startsWith("HTTP/1.1 200");
      assertThat(refused).isEmpty();
      for (int port : List.of(contact.port(), actorsPort)) {
        String remote = port == actorsPort ? "(at the actors' port)" : "127.0.0.1";

        assertThat(talk(port, Optional.empty())).as("without one at " + remote).isEmpty();
        isTold(remote, "it shows no certificate");
        assertThat(talk(port, Optional.of(foreign))).as("with another at " + remote).isEmpty();
        isTold(remote, "the certificate of stranger@remuda is not of this fleet's authority");
      }
      assertThat(refused).hasSize(4);
    }
  }

  private void isTold(String remote, String reason) {
    Eventually.isTrue(
        reason + ", told of " + remote,
        SOON,
        () ->
            refused.stream()
                .anyMatch(peer -> peer.remote().equals(remote) && peer.reason().contains(reason)));
  }

  /** What is answered to a client with this certificate; nothing when it is turned away. */
  private static String talk(int port, Optional<JoinToken> shown) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys(shown), new TrustManager[] {new TrustsEverybody()}, null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.setEnabledProtocols(new String[] {FleetTls.PROTOCOL});
      socket.getOutputStream().write(QUESTION);
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readNBytes(100), StandardCharsets.US_ASCII);
    } catch (SocketTimeoutException silence) {
      throw silence; // Neither let in nor turned away.
    } catch (IOException turnedAway) {
      return "";
    }
  }

  private static KeyManager[] keys(Optional<JoinToken> shown) {
    return shown.stream().map(ShowsAlways::new).toArray(KeyManager[]::new);
  }

  /** The JDK's own shows nothing when no issuer that the server names fits. */
  private static final class ShowsAlways extends X509ExtendedKeyManager {
    private final JoinToken token;

    ShowsAlways(JoinToken token) {
      this.token = token;
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return "client";
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[] {"client"};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return new X509Certificate[] {token.certificate()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return token.key();
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return new String[0];
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return "client";
    }
  }

  private static final class TrustsEverybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private CertificateAuthority authority(String name) {
    return CertificateAuthority.create(folder.resolve(name), "remuda", Instant.now());
  }

  private TestNode registry(CertificateAuthority authority) throws Exception {
    Path data = Files.createDirectories(folder.resolve("registry"));
    NodeCertificate.take(
        data, authority.token("registry", YEAR, List.of(), Instant.now()), Instant.now());
    return TestNode.start(
        "registry",
        contact,
        List.of(contact),
        Map.of(
            "remuda.cluster.form",
            true,
            "remuda.node.data",
            data.toString(),
            "remuda.cluster.refusal-interval",
            "1ns",
            "remuda.cluster.contact-request-timeout",
            "60s"));
  }

  private void watch(TestNode node) {
    var listener =
        node.system()
            .systemActorOf(
                Behaviors.receive(PeerRefused.class)
                    .onAnyMessage(
                        peer -> {
                          refused.add(peer);
                          return Behaviors.same();
                        })
                    .build(),
                "refusals",
                Props.empty());
    node.system().eventStream().tell(new EventStream.Subscribe<>(PeerRefused.class, listener));
  }
}
