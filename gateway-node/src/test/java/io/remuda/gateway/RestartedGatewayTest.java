package io.remuda.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.remuda.gateway.http.ScriptedFleet;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.FreePort;
import io.remuda.protocol.testing.ScriptedEngine;
import io.remuda.protocol.testing.TestNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that starts again while all registry nodes are away: it has what it knew on disk. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RestartedGatewayTest {

  private static final ModelName MODEL = new ModelName("demo");

  @TempDir private Path data;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void servesTheModelsAndTheKeysThatItKnewAndSaysThatChangesHaveToWait() throws Exception {
    Config config =
        TestNode.config(
            Map.of(
                "remuda.node.data",
                data.toString(),
                "remuda.gateway.port",
                0,
                "remuda.gateway.auth",
                true,
                "remuda.gateway.http.ask-timeout",
                "1s",
                "remuda.gateway.edge-limits.event-loops",
                1));
    try (NodeHome home = NodeHome.open(config);
        ScriptedEngine engine =
            ScriptedEngine.start((seen, wire) -> wire.json(200, "{\"choices\":[]}"))) {
      KeyMint.Minted key =
          new KeyMint(home.clusterKey(), new SecureRandom())
              .mint(
                  "client",
                  Set.of(Scope.INFER, Scope.DEPLOY),
                  Set.of(),
                  Instant.EPOCH,
                  Optional.empty());
      try (GatewayNode before = start(config, home)) {
        before.routes().merge(new Catalog(List.of(listing())));
        before.routes().merge(new RouteTable(List.of(route(engine.port()))));
        before.routes().merge(new AccessTable(List.of(key.key())));
      }

      try (GatewayNode gateway = start(config, home)) {
        assertThat(chat(gateway, key.secret()).statusCode()).isEqualTo(200);
        assertThat(chat(gateway, "rmd_unknown_" + "x".repeat(43)).statusCode()).isEqualTo(401);
        assertThat(send(gateway, "GET", "/v1/deployments", "", key.secret()).body())
            .contains("\"demo\"");
        HttpResponse<String> ready = send(gateway, "GET", "/health/ready", "", "");
        assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
        HttpResponse<String> change =
            send(gateway, "PUT", "/v1/deployments/other", "{\"engine\":\"jvm\"}", key.secret());
        assertThat(change.statusCode()).isEqualTo(503);
        assertThat(change.body()).contains("registry_unavailable");
      }
    }
  }

  /** Nobody is where its registry nodes should be. */
  private static GatewayNode start(Config config, NodeHome home) {
    HostPort nobody = new HostPort("127.0.0.1", FreePort.next());
    return GatewayNode.start(
        NodeSettings.from(config).withSeeds(List.of(nobody)),
        home,
        config,
        Optional.empty(),
        Optional.empty());
  }

  private HttpResponse<String> chat(GatewayNode gateway, String key) throws Exception {
    return send(gateway, "POST", "/v1/chat/completions", "{\"model\":\"demo\"}", key);
  }

  private HttpResponse<String> send(
      GatewayNode gateway, String method, String path, String body, String key) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(gateway.url() + path))
            .timeout(Duration.ofSeconds(60))
            .header("content-type", "application/json")
            .header("authorization", "Bearer " + key)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static Listing listing() {
    return new Listing(
        MODEL,
        1,
        0,
        1,
        DeploymentPhase.READY,
        "command",
        Optional.empty(),
        1,
        1,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Instant.EPOCH,
        false);
  }

  private static Route route(int port) {
    return new Route(
        new InstanceId(MODEL, 1),
        ScriptedFleet.MACHINE,
        1,
        1,
        Phase.READY,
        "127.0.0.1:" + port,
        4,
        Set.of(),
        true,
        -1,
        Optional.empty(),
        0);
  }
}
