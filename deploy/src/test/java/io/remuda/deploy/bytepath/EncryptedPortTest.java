package io.remuda.deploy.bytepath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.InferencePortContract;
import io.remuda.protocol.tls.CertificateAuthority;
import io.remuda.protocol.tls.FleetTls;
import io.remuda.protocol.tls.NodeCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same contract where both nodes have a certificate; and nothing goes unencrypted then. */
class EncryptedPortTest extends InferencePortContract {

  private final Config config = StrictConfig.load(Optional.empty());

  @TempDir Path folder;
  private CertificateAuthority authority;
  private RemoteHop hop;

  @BeforeEach
  void open() {
    authority = CertificateAuthority.create(folder.resolve("ca"), "remuda", Instant.now());
    hop = new RemoteHop(config, tls("machine", authority), tls("gateway", authority));
  }

  @Override
  protected InferencePort port(URI engine) {
    return hop.port(INSTANCE, engine);
  }

  @Override
  protected int inFlight() {
    return hop.inFlight();
  }

  @Test
  void whoDoesNotSpeakTlsGetsNoAnswer() throws Exception {
    try (Socket plain = new Socket("127.0.0.1", hop.listeningOn())) {
      plain.setSoTimeout(20_000);
      plain
          .getOutputStream()
          .write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

      byte[] answer = plain.getInputStream().readAllBytes();

      assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("HTTP/1.1");
    }
  }

  @Test
  void aGatewayOfAnotherFleetDoesNotTakeTheMachineForOneOfItsOwn() throws Exception {
    CertificateAuthority other =
        CertificateAuthority.create(folder.resolve("other"), "remuda", Instant.now());
    FleetTls foreign = tls("foreign", other).orElseThrow();

    try (Socket socket =
        foreign.lastingContext().getSocketFactory().createSocket("127.0.0.1", hop.listeningOn())) {
      assertThatThrownBy(() -> socket.getOutputStream().write(1))
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("is not of this fleet's authority");
    }
  }

  @AfterEach
  void close() {
    hop.close();
  }

  private Optional<FleetTls> tls(String name, CertificateAuthority by) {
    Path data = folder.resolve(name);
    try {
      Files.createDirectories(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    NodeCertificate.take(
        data, by.token(name, Duration.ofDays(1), List.of(), Instant.now()), Instant.now());
    return FleetTls.find(data, config);
  }
}
