package io.remuda.deploy.bytepath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import io.remuda.gateway.edge.FrontClientSettings;
import io.remuda.gateway.edge.RemotePorts;
import io.remuda.node.front.Front;
import io.remuda.node.front.FrontMetrics;
import io.remuda.node.front.FrontServer;
import io.remuda.node.front.FrontSettings;
import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.Route;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Phase;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The same contract where both nodes have a certificate; and nothing goes unencrypted then. */
class EncryptedPortTest extends InferencePortContract {

  private static final String KEY = "the-cluster-key";

  private final Config config = StrictConfig.load(Optional.empty());
  private final Path folder = folder();
  private final CertificateAuthority authority =
      CertificateAuthority.create(folder.resolve("ca"), "remuda", Instant.now());
  private final Hosted hosted = new Hosted();
  private final Gate gate = new Gate(2, 0);
  private final Front front = new Front(hosted, FrontSettings.from(config), FrontMetrics.NONE);
  private final FrontServer server =
      FrontServer.start(front, new NoPages(), KEY, tls("machine", authority), "127.0.0.1", 0)
          .toCompletableFuture()
          .join();
  private final RemotePorts ports =
      new RemotePorts(
          FrontClientSettings.from(config),
          KEY,
          Optional.empty(),
          Optional.empty(),
          tls("gateway", authority));

  @Override
  protected InferencePort port(URI engine) {
    gate.open();
    hosted.put(
        new HostedInstance(
            INSTANCE,
            "command",
            Phase.READY,
            100,
            Optional.empty(),
            gate,
            new Upstream.Http(engine, "bench", Map.of()),
            true,
            Set.of(),
            Optional.empty(),
            new AtomicLong()));
    return ports.of(
        new Route(
            INSTANCE,
            new MachineId("m1"),
            1,
            1,
            Phase.READY,
            "127.0.0.1:" + server.port(),
            2,
            Set.of(),
            true,
            -1,
            Optional.empty()));
  }

  @Override
  protected int inFlight() {
    return gate.inFlight();
  }

  @Test
  void whoDoesNotSpeakTlsGetsNoAnswer() throws Exception {
    try (Socket plain = new Socket("127.0.0.1", server.port())) {
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
        foreign.lastingContext().getSocketFactory().createSocket("127.0.0.1", server.port())) {
      assertThatThrownBy(() -> socket.getOutputStream().write(1))
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("is not of this fleet's authority");
    }
  }

  @AfterEach
  void close() {
    ports.close().toCompletableFuture().join();
    front.close().toCompletableFuture().join();
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

  private static Path folder() {
    try {
      return Files.createTempDirectory("encrypted");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class NoPages implements FrontServer.Pages {
    @Override
    public String routes() {
      return "";
    }

    @Override
    public Optional<List<String>> logs(InstanceId instance, int lines) {
      return Optional.empty();
    }

    @Override
    public String metrics() {
      return "";
    }
  }
}
