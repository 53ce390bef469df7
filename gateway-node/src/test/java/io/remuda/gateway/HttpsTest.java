package io.remuda.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ServerCertificate;
import io.remuda.protocol.testing.TestNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The public port with a certificate of the operator's, with and without an edge. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpsTest {

  private static final String ASK = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void showsARenewedCertificateAndCutsNoConnection(boolean edge) throws Exception {
    ServerCertificate first = ServerCertificate.make(folder, "first", "localhost");
    ServerCertificate second = ServerCertificate.make(folder, "second", "localhost");
    Path certificate = Files.copy(first.certificate(), folder.resolve("public.pem"));
    Path key = Files.copy(first.key(), folder.resolve("public-key.pem"));
    Config config =
        TestNode.config(
            Map.of(
                "remuda.node.data",
                folder.resolve("data").toString(),
                "remuda.gateway.port",
                0,
                "remuda.gateway.edge",
                edge,
                "remuda.gateway.edge-limits.event-loops",
                1,
                "remuda.gateway.tls.certificate",
                certificate.toString(),
                "remuda.gateway.tls.key",
                key.toString(),
                "remuda.gateway.tls.look-interval",
                "50ms"));
    try (NodeHome home = NodeHome.open(config);
        GatewayNode gateway =
            GatewayNode.startLocal(
                NodeSettings.from(config), home, config, Optional.empty(), Optional.empty());
        SSLSocket open = connected(gateway, "TLSv1.3")) {
      assertThat(gateway.url()).startsWith("https://");
      assertThat(answer(open)).isEqualTo("HTTP/1.1 200 OK");
      assertThat(shown(open)).isEqualTo(read(first));
      try (SSLSocket older = connected(gateway, "TLSv1.2")) {
        assertThat(answer(older)).isEqualTo("HTTP/1.1 200 OK");
        assertThat(older.getSession().getCipherSuite()).contains("ECDHE", "GCM");
      }
      try (Socket plain = new Socket("127.0.0.1", gateway.address().port())) {
        assertThatThrownBy(() -> answer(plain)).isInstanceOf(IOException.class);
      }

      // One after the other, as they come: between them they do not belong together.
      Files.copy(second.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
      assertThat(shownAnew(gateway)).isEqualTo(read(first));
      Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);

      Eventually.passes(
          "new connections see the new one",
          Duration.ofSeconds(20),
          () -> assertThat(shownAnew(gateway)).isEqualTo(read(second)));
      assertThat(answer(open)).as("the one that is open").isEqualTo("HTTP/1.1 200 OK");
    }
  }

  /** Before its handshake Vert.x does not tell of a connection. */
  @Test
  void whoOpensConnectionsAndSaysNothingIsCountedToo() throws Exception {
    ServerCertificate certificate = ServerCertificate.make(folder, "quiet", "localhost");
    Config config =
        TestNode.config(
            Map.of(
                "remuda.node.data",
                folder.resolve("data").toString(),
                "remuda.gateway.port",
                0,
                "remuda.gateway.edge-limits.event-loops",
                1,
                "remuda.gateway.edge-limits.max-connections",
                2,
                "remuda.gateway.tls.certificate",
                certificate.certificate().toString(),
                "remuda.gateway.tls.key",
                certificate.key().toString(),
                "remuda.gateway.tls.handshake-timeout",
                "60s"));
    try (NodeHome home = NodeHome.open(config);
        GatewayNode gateway =
            GatewayNode.startLocal(
                NodeSettings.from(config), home, config, Optional.empty(), Optional.empty())) {
      try (SSLSocket open = connected(gateway, "TLSv1.3");
          Socket quiet = new Socket("127.0.0.1", gateway.address().port())) {
        Eventually.passes(
            "the quiet one is counted, and the next one closed",
            Duration.ofSeconds(20),
            () -> {
              try (Socket third = new Socket("127.0.0.1", gateway.address().port())) {
                third.setSoTimeout(1_000);
                assertThat(third.getInputStream().read()).isEqualTo(-1);
              }
            });
        assertThat(answer(open)).isEqualTo("HTTP/1.1 200 OK");
        assertThat(quiet.isConnected()).isTrue();
      }
      Eventually.passes(
          "there is room when both have gone",
          Duration.ofSeconds(20),
          () -> {
            try (SSLSocket next = connected(gateway, "TLSv1.3")) {
              assertThat(answer(next)).isEqualTo("HTTP/1.1 200 OK");
            }
          });
    }
  }

  private static X509Certificate shownAnew(GatewayNode gateway) throws Exception {
    try (SSLSocket socket = connected(gateway, "TLSv1.3")) {
      return shown(socket);
    }
  }

  private static X509Certificate shown(SSLSocket socket) throws IOException {
    Certificate[] chain = socket.getSession().getPeerCertificates();
    return (X509Certificate) chain[0];
  }

  private static X509Certificate read(ServerCertificate made) throws Exception {
    try (var in = Files.newInputStream(made.certificate())) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  /** With a context of its own each: a session that is resumed shows no certificate anew. */
  private static SSLSocket connected(GatewayNode gateway, String protocol) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Anybody()}, null);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", gateway.address().port());
    socket.setSoTimeout(20_000);
    socket.setEnabledProtocols(new String[] {protocol});
    socket.startHandshake();
    return socket;
  }

  /** The first line of an answer, which is read to its end. */
  private static String answer(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(ASK.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    String status = reader.readLine();
    if (status == null || !status.startsWith("HTTP/")) {
      throw new IOException("no answer in HTTP: " + status);
    }
    int length = 0;
    for (String line = reader.readLine(); line != null && !line.isEmpty(); ) {
      if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring("content-length:".length()).strip());
      }
      line = reader.readLine();
    }
    for (int at = 0; at < length; at++) {
      reader.read();
    }
    return status;
  }

  /** Looks at nothing: which certificate is shown is looked at here. */
  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
