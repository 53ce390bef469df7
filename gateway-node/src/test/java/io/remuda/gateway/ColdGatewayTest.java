package io.remuda.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.testing.FreePort;
import io.remuda.protocol.testing.TestNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway's very first start, while no registry node is up: it has no copy of the routes. */
class ColdGatewayTest {

  @TempDir Path data;

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void saysThatItKnowsNothingYetAndNotThatTheModelDoesNotExist() throws Exception {
    Config config =
        TestNode.config(
            Map.of(
                "remuda.node.data",
                data.toString(),
                "remuda.gateway.port",
                0,
                "remuda.gateway.edge-limits.event-loops",
                1));
    HostPort nobody = new HostPort("127.0.0.1", FreePort.next());
    try (NodeHome home = NodeHome.open(config);
        GatewayNode gateway =
            GatewayNode.start(
                NodeSettings.from(config).withSeeds(List.of(nobody)),
                home,
                config,
                Optional.empty(),
                Optional.empty())) {
      HttpResponse<String> chat =
          send(gateway, "POST", "/v1/chat/completions", "{\"model\":\"demo\"}");
      HttpResponse<String> ready = send(gateway, "GET", "/health/ready", "");

      assertThat(chat.statusCode()).as(chat.body()).isEqualTo(503);
      assertThat(chat.body()).contains("has not heard from the fleet yet", "a registry runs");
      assertThat(chat.headers().firstValue("retry-after")).isPresent();
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body()).contains("\"starting\"", "nothing heard of the fleet yet");
      assertThat(send(gateway, "GET", "/health/live", "").statusCode()).isEqualTo(200);
    }
  }

  private HttpResponse<String> send(GatewayNode gateway, String method, String path, String body)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(gateway.url() + path))
            .timeout(Duration.ofSeconds(30))
            .header("content-type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
