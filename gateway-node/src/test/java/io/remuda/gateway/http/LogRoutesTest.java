package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LogRoutesTest {

  private static final List<String> LOG = new CopyOnWriteArrayList<>(List.of("one", "two"));

  private ApiFixture api;
  private ScriptedEngine front;

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.open();
    front =
        ScriptedEngine.start(
            (request, wire) -> {
              if (!request.path().startsWith("/internal/logs/")
                  || !ApiFixture.CLUSTER_KEY.equals(
                      request.headers().get(Keys.CLUSTER_KEY_HEADER))) {
                wire.json(403, "{}");
              } else if (request.path().contains("two-")) {
                wire.json(404, "{}");
              } else {
                String text = String.join("\n", LOG) + "\n";
                wire.raw(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
                        + text.length()
                        + "\r\n\r\n"
                        + text);
              }
            });
    api.knows("logged", DeploymentPhase.READY, Phase.READY, "127.0.0.1:" + front.port());
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
    front.close();
  }

  @Test
  void showsWhatAnEngineWrote() throws Exception {
    Answer logs = api.get("/v1/deployments/logged/logs?lines=5");

    assertThat(logs.status()).isEqualTo(200);
    assertThat(logs.header("content-type")).startsWith("text/plain");
    assertThat(logs.response().body()).startsWith("one\ntwo\n");
    assertThat(front.seen().get(front.seen().size() - 1).path())
        .isEqualTo("/internal/logs/logged-1?tail=5");
  }

  @Test
  void followsOneInstance() throws Exception {
    HttpResponse<InputStream> response =
        api.client.send(
            HttpRequest.newBuilder(api.uri("/v1/deployments/logged/logs?follow=true")).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("one");
      assertThat(lines.readLine()).isEqualTo("two");

      LOG.add("three");

      assertThat(lines.readLine()).isEqualTo("three");
    }
  }

  @Test
  void saysWhoseLogsAreWhoseAndWhichAreOutOfReach() throws Exception {
    api.knows("two", DeploymentPhase.READY, Phase.READY, "127.0.0.1:" + front.port());
    api.routes.merge(
        RouteTable.EMPTY.with(
            new Route(
                new InstanceId(new ModelName("two"), 2),
                ScriptedFleet.MACHINE,
                1,
                1,
                Phase.READY,
                "127.0.0.1:1",
                1,
                Set.of(),
                true,
                -1,
                Optional.empty(),
                0)));

    Answer both = api.get("/v1/deployments/two/logs");
    Answer followed = api.get("/v1/deployments/two/logs?follow=true");

    assertThat(both.response().body())
        .contains("==> two-1 <==", "==> two-2 <==", "[no more logs of two-1", "127.0.0.1:1");
    assertThat(followed.status()).isEqualTo(400);
    assertThat(followed.message()).contains("two-1, two-2");
  }

  @Test
  void asksTheRegistryForInstancesThatHaveNoRoute() throws Exception {
    api.send("PUT", "/v1/deployments/hidden", "{\"engine\":\"jvm\"}");

    Answer hidden = api.get("/v1/deployments/hidden/logs");
    Answer absent = api.get("/v1/deployments/nobody/logs");
    Answer other = api.get("/v1/deployments/hidden/logs?instance=hidden-99");

    assertThat(hidden.response().body()).contains("[no more logs of hidden-1");
    assertThat(absent.status()).isEqualTo(404);
    assertThat(other.status()).isEqualTo(404);
    assertThat(other.message()).contains("/why");
  }

  @Test
  void findsWhatIsNew() {
    LogTail seen = LogTail.START.with(List.of("a", "b", "b"));

    assertThat(seen.newOf(List.of("a", "b", "b"))).isEmpty();
    assertThat(seen.newOf(List.of("b", "b", "c"))).containsExactly("c");
    assertThat(seen.newOf(List.of("a", "b", "b", "b"))).containsExactly("b");
    assertThat(seen.newOf(List.of("x", "y"))).containsExactly("x", "y");
    assertThat(LogTail.START.newOf(List.of("a"))).containsExactly("a");
  }
}
