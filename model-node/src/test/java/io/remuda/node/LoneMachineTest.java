package io.remuda.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.TableJson;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine whose node starts again while all registry nodes are away. */
@Tag("slow")
class LoneMachineTest {

  private static final InstanceId ECHO = new InstanceId(new ModelName("echo"), 7);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path data;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void takesUpItsEnginesServesThemAndTellsGatewaysThatAsk() throws Exception {
    // given
    RunningNode first = RunningNode.start(data, Map.of());
    first.settle();
    first.start(RunningNode.spec("echo", "scripted"), 7, new Resources(0, 64, 0.5, 0));
    InstanceReport before = first.await(ECHO, Phase.READY);
    first.abandon();
    Config config =
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(
                Map.of(
                    "remuda.node.data",
                    data.toString(),
                    "remuda.node.engine.commands.scripted",
                    ScriptedEngine.command())));
    HostPort nobody = new HostPort("127.0.0.1", FreePort.next());

    // when
    try (NodeHome home = NodeHome.open(config);
        ModelNode node =
            ModelNode.start(
                NodeSettings.from(config)
                    .withRoles(Set.of(Keys.ROLE_MODEL))
                    .withSeeds(List.of(nobody)),
                home,
                config)) {
      // then
      Eventually.isTrue(
          "it serves",
          LIMIT,
          () ->
              node.hosted()
                  .find(ECHO)
                  .filter(echo -> echo.phase() == Phase.READY && echo.gate().isOpen())
                  .isPresent());
      Route route = routes(node, home).get(ECHO).orElseThrow();
      assertThat(route.phase()).isEqualTo(Phase.READY);
      assertThat(route.front()).isEqualTo(node.frontAddress().toString());
      // What a gateway has on disk is older, and gives way to this.
      assertThat(route.sequence()).isGreaterThan(before.sequence());
      HttpResponse<String> answer =
          send(
              HttpRequest.newBuilder(at(node, "/i/echo-7/v1/chat/completions"))
                  .POST(BodyPublishers.ofString("{\"model\":\"echo\"}")),
              home);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(NodeAdoptionTest.alive(before.pid().orElseThrow())).isTrue();
    }
  }

  /** As a gateway asks that is in no cluster. */
  private RouteTable routes(ModelNode node, NodeHome home) throws Exception {
    return TableJson.read(
        send(HttpRequest.newBuilder(at(node, "/internal/routes")), home).body(), RouteTable.class);
  }

  private static URI at(ModelNode node, String path) {
    return URI.create("http://" + node.frontAddress() + path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request, NodeHome home) throws Exception {
    return client.send(
        request.timeout(LIMIT).header(Keys.CLUSTER_KEY_HEADER, home.clusterKey()).build(),
        BodyHandlers.ofString());
  }
}
