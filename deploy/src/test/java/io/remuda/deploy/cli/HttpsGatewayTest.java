package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.remuda.protocol.testing.ServerCertificate;
import io.remuda.protocol.tls.PublicTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Commands at a gateway with a certificate of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpsGatewayTest {

  @TempDir private static Path folder;

  private ServerCertificate own;
  private HttpsServer server;
  private String url;

  @BeforeAll
  void start() throws Exception {
    own = ServerCertificate.make(folder, "gateway", "localhost");
    PublicTls tls =
        PublicTls.open(own.certificate(), own.key(), InstantSource.system(), seconds -> {});
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[] {tls.keys()}, null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/v1/keys",
        exchange -> {
          byte[] body =
              "{\"data\":[{\"id\":\"k1\",\"tenant\":\"acme\"}]}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    url = "https://localhost:" + server.getAddress().getPort();
  }

  @AfterAll
  void stop() {
    server.stop(0);
  }

  @Test
  void trustTheAuthorityThatTheFlagTheEnvironmentOrTheFileNames() throws Exception {
    String authority = own.certificate().toString();
    Path home = Files.createDirectories(folder.resolve("home"));
    Path file = home.resolve(".config/remuda/config.yaml");
    Files.createDirectories(file.getParent());

    Typed flag = Typed.line("keys", "ls", "--url", url, "--cacert", authority);

    assertThat(flag.exit()).as(flag.err()).isZero();
    assertThat(flag.out()).contains("k1", "acme");
    assertThat(
            Typed.in(Map.of("REMUDA_URL", url, "REMUDA_CACERT", authority), home, "", "keys", "ls")
                .exit())
        .isZero();
    Files.writeString(file, "url: " + url + "\ncacert: " + authority + "\n");
    assertThat(Typed.in(Map.of(), home, "", "keys", "ls").exit()).isZero();
  }

  @Test
  void trustNobodyElse() throws Exception {
    ServerCertificate other = ServerCertificate.make(folder, "other", "localhost");

    Typed unnamed = Typed.line("keys", "ls", "--url", url);
    Typed wrong =
        Typed.line("keys", "ls", "--url", url, "--cacert", other.certificate().toString());
    Typed otherHost =
        Typed.line(
            "keys",
            "ls",
            "--url",
            url.replace("localhost", "127.0.0.1"),
            "--cacert",
            own.certificate().toString());

    assertThat(unnamed.exit()).isEqualTo(1);
    assertThat(unnamed.err()).contains("no encrypted connection", "--cacert or REMUDA_CACERT");
    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.err()).contains("signed by one of those in " + other.certificate());
    assertThat(otherHost.exit()).as("another host's certificate").isEqualTo(1);
  }

  @Test
  void sayWhatIsWrongWithAFileThatHoldsNoAuthority() throws Exception {
    Path empty = Files.createFile(folder.resolve("empty.pem"));

    assertThat(Typed.line("ls", "--url", url, "--cacert", empty.toString()).exit()).isEqualTo(2);
    assertThat(Typed.line("ls", "--url", url, "--cacert", "/no/such.pem").err())
        .contains("/no/such.pem cannot be used as --cacert");
  }
}
