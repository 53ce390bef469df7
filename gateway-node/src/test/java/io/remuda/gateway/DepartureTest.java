package io.remuda.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.remuda.gateway.http.ScriptedFleet;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.ScriptedEngine;
import io.remuda.protocol.testing.TestNode;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that goes frees its engine, whichever server has the public port. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DepartureTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path data;

  @ParameterizedTest(name = "edge {0}, stream {1}")
  @CsvSource({"on,false", "on,true", "off,false", "off,true"})
  void freesTheEngineWhenAClientGoesBeforeTheFirstByte(String edge, boolean stream)
      throws Exception {
    Config config = config(edge);
    CountDownLatch goOn = new CountDownLatch(1);
    try (NodeHome home = NodeHome.open(config);
        GatewayNode gateway =
            GatewayNode.startLocal(
                NodeSettings.from(config), home, config, Optional.empty(), Optional.empty());
        ScriptedEngine engine =
            ScriptedEngine.start(
                (seen, wire) -> {
                  if (seen.body().contains("stays")) {
                    goOn.await();
                    wire.events();
                    wire.done();
                  } else {
                    wire.awaitDeparture(SOON);
                  }
                })) {
      gateway.routes().merge(RouteTable.EMPTY.with(route(engine.port())));
      // It waits for longer than the other one: no limit of time frees the engine.
      try (Socket staying = client(gateway, "stays", stream)) {
        Eventually.isTrue("the engine works", SOON, () -> engine.seen().size() == 1);
        try (Socket leaving = client(gateway, "leaves", stream)) {
          Eventually.isTrue("the engine works for both", SOON, () -> engine.seen().size() == 2);
        }

        Eventually.isTrue("the engine was told", SOON, () -> engine.departed() == 1);
        goOn.countDown();
        assertThat(until(staying, "[DONE]")).startsWith("HTTP/1.1 200");
      }
    }
  }

  @ParameterizedTest(name = "edge {0}")
  @ValueSource(strings = {"on", "off"})
  void waitsForAFirstByteThatTakesItsTime(String edge) throws Exception {
    Config config = config(edge);
    CountDownLatch never = new CountDownLatch(1);
    try (NodeHome home = NodeHome.open(config);
        GatewayNode gateway =
            GatewayNode.startLocal(
                NodeSettings.from(config), home, config, Optional.empty(), Optional.empty());
        ScriptedEngine engine =
            ScriptedEngine.start(
                (seen, wire) -> {
                  // Longer than Akka waits for somebody who subscribes to a stream.
                  assertThat(never.await(3, TimeUnit.SECONDS)).isFalse();
                  wire.json(200, "{\"late\":true}");
                })) {
      gateway.routes().merge(RouteTable.EMPTY.with(route(engine.port())));
      try (Socket client = client(gateway, "waits", false)) {
        assertThat(until(client, "\"late\":true")).startsWith("HTTP/1.1 200");
      }
    }
  }

  /** A client that has asked. */
  private static Socket client(GatewayNode gateway, String user, boolean stream)
      throws IOException {
    Socket socket = new Socket("127.0.0.1", gateway.address().port());
    socket.setSoTimeout((int) SOON.toMillis());
    socket.getOutputStream().write(request(user, stream).getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Reads until {@code mark} has come; all that was read. */
  private static String until(Socket client, String mark) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(mark) < 0) {
      int next = client.getInputStream().read();
      assertThat(next).as("what was read: " + read).isNotNegative();
      read.append((char) next);
    }
    return read.toString();
  }

  private Config config(String edge) {
    return TestNode.config(
        Map.of(
            "remuda.node.data",
            data.toString(),
            "remuda.gateway.port",
            0,
            "remuda.gateway.edge",
            edge,
            // Its questions to the front would count as requests.
            "remuda.gateway.routes.poll-interval",
            "1h",
            "remuda.gateway.edge-limits.event-loops",
            1,
            // By itself it is 5 s.
            "akka.stream.materializer.subscription-timeout.timeout",
            "1s"));
  }

  private static String request(String user, boolean stream) {
    String body = "{\"model\":\"demo\",\"user\":\"" + user + "\",\"stream\":" + stream + "}";
    return "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        + "Content-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static Route route(int frontPort) {
    return new Route(
        InstanceId.of("demo-1"),
        ScriptedFleet.MACHINE,
        1,
        1,
        Phase.READY,
        "127.0.0.1:" + frontPort,
        4,
        Set.of(),
        true,
        -1,
        Optional.empty(),
        0);
  }
}
