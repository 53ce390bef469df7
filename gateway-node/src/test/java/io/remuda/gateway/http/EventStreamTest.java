package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.ModelPattern;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventStreamTest {

  private ApiFixture api;
  private String admin;

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.withKeys();
    admin = api.key(Set.of(Scope.ADMIN), Set.of());
    api.registry.happens("Deployed", "demo", "demo was deployed");
    api.registry.happens("InstanceReady", "demo", "demo-1 takes requests");
    api.registry.happens("Deployed", "other", "other was deployed");
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  private BufferedReader open(String path, String key, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(api.uri(path)).header("authorization", "Bearer " + key);
    for (int at = 0; at < headers.length; at += 2) {
      request.header(headers[at], headers[at + 1]);
    }
    HttpResponse<InputStream> response =
        api.client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  private static List<String> linesUntil(BufferedReader stream, String last) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = stream.readLine(); line != null; line = stream.readLine()) {
      lines.add(line);
      if (line.contains(last)) {
        return lines;
      }
    }
    return lines;
  }

  @Test
  void tellsWhatHappenedAndThenWhatHappens() throws Exception {
    try (BufferedReader stream = open("/v1/events?after=0", admin, "accept", "text/event-stream")) {
      List<String> past = linesUntil(stream, "other was deployed");
      api.registry.happens("Scaled", "live", "live has 3 replicas");
      List<String> present = linesUntil(stream, "live has 3 replicas");

      assertThat(past).contains("id: 1", "id: 2", "id: 3");
      assertThat(past).anySatisfy(line -> assertThat(line).startsWith("data: {\"id\":1,"));
      assertThat(present.get(present.size() - 1)).startsWith("data: {");
    }
  }

  @Test
  void beginsNowWhereNothingElseIsAskedFor() throws Exception {
    try (BufferedReader stream = open("/v1/events", admin, "accept", "text/event-stream")) {
      api.registry.happens("Scaled", "fresh", "fresh has 2 replicas");
      List<String> lines = linesUntil(stream, "fresh has 2 replicas");

      assertThat(lines).doesNotContain("id: 1").noneMatch(line -> line.contains("was deployed"));
      assertThat(lines).filteredOn(line -> line.startsWith("id: ")).hasSize(2);
    }
  }

  @Test
  void givesTheNewestEventsWhereNoPlaceIsAskedFor() throws Exception {
    api.registry.happens("Scaled", "newest", "newest has 2 replicas");
    api.registry.happens("Scaled", "newest", "newest has 3 replicas");

    JsonNode page =
        api.get("/v1/deployments/newest/events?limit=1", "authorization", "Bearer " + admin).json();

    assertThat(page.path("data").findValuesAsText("text")).containsExactly("newest has 3 replicas");
    assertThat(page.path("has_more").asBoolean()).isFalse();
  }

  @Test
  void goesOnAfterTheLastEventThatTheClientSaw() throws Exception {
    try (BufferedReader stream = open("/v1/events", admin, "Last-Event-ID", "2")) {
      List<String> lines = linesUntil(stream, "other was deployed");

      assertThat(lines).contains("id: 3").doesNotContain("id: 1", "id: 2");
    }
  }

  @Test
  void sendsACommentWhenNothingHappens() throws Exception {
    try (BufferedReader stream = open("/v1/deployments/quiet/events", admin)) {
      assertThat(linesUntil(stream, ": keep-alive")).contains(": keep-alive");
    }
  }

  @Test
  void tellsOneDeploymentsStory() throws Exception {
    ApiFixture.Answer page =
        api.get(
            "/v1/deployments/demo/events",
            "authorization",
            "Bearer " + admin,
            "accept",
            "application/json");

    assertThat(page.json().path("data").findValuesAsText("subject")).containsOnly("demo");
    assertThat(page.json().path("data")).hasSize(2);
  }

  @Test
  void givesPagesOfJson() throws Exception {
    JsonNode page =
        api.get("/v1/events?after=1&limit=1", "authorization", "Bearer " + admin).json();

    assertThat(page.path("data")).hasSize(1);
    assertThat(page.path("data").get(0).path("id").asLong()).isEqualTo(2);
    assertThat(page.path("last").asLong()).isEqualTo(2);
    assertThat(page.path("has_more").asBoolean()).isTrue();
  }

  @Test
  void tellsAKeyForSomeModelsOfThoseAlone() throws Exception {
    String key = api.key(Set.of(Scope.AUDIT), Set.of(new ModelName("other")));

    JsonNode page = api.get("/v1/events?after=0", "x-api-key", key).json();

    assertThat(page.path("data").findValuesAsText("subject")).containsOnly("other");
    assertThat(api.get("/v1/deployments/demo/events", "x-api-key", key).status()).isEqualTo(404);
  }

  /** Whose keys they are the journal does not say of each. */
  @Test
  void tellsOfKeysOnlyThoseWhoSeeAllTenantsAndModels() throws Exception {
    api.registry.happens("KeyCreated", "ab12cd34ef", "key ab12cd34ef created");
    api.registry.happens("KeyRotated", "ab12cd34ef", "key ab12cd34ef rotated");
    api.registry.happens("KeyRevoked", "ab12cd34ef", "key ab12cd34ef revoked");
    api.registry.happens("Deployed", "ab12-chat", "ab12-chat was deployed");
    String tenants = api.key(AllowList.ALL, Optional.of("acme"));
    String someModels =
        api.key(new AllowList(Set.of(), Set.of(new ModelPattern("ab12"))), Optional.empty());

    assertThat(subjects(tenants)).contains("ab12-chat").doesNotContain("ab12cd34ef");
    assertThat(subjects(someModels)).contains("ab12-chat").doesNotContain("ab12cd34ef");
    assertThat(subjects(admin)).filteredOn("ab12cd34ef"::equals).hasSize(3);
    try (BufferedReader stream = open("/v1/events", tenants, "Last-Event-ID", "0")) {
      assertThat(linesUntil(stream, "ab12-chat was deployed"))
          .noneMatch(line -> line.contains("ab12cd34ef"));
    }
  }

  private List<String> subjects(String key) throws Exception {
    return api.get("/v1/events?after=0", "x-api-key", key)
        .json()
        .path("data")
        .findValuesAsText("subject");
  }

  @Test
  void refusesALastEventIdThatIsNoNumber() throws Exception {
    ApiFixture.Answer refused =
        api.get("/v1/events", "authorization", "Bearer " + admin, "Last-Event-ID", "x");

    assertThat(refused.status()).isEqualTo(400);
  }

  @Test
  void endsItsStreamsWithTheirLastChunkWhenTheServerStops() throws Exception {
    for (int round = 0; round < 10; round++) {
      ApiServer server =
          ApiServer.start(api.local, "127.0.0.1", 0, api.parts)
              .toCompletableFuture()
              .get(20, TimeUnit.SECONDS);
      try (Socket first = follow(server);
          Socket second = follow(server)) {
        server.close().toCompletableFuture().get(20, TimeUnit.SECONDS);

        // A reset would be thrown here; what follows the last chunk is the end alone.
        assertThat(rest(first)).endsWith("\r\n0\r\n\r\n");
        assertThat(rest(second)).endsWith("\r\n0\r\n\r\n");
      }
    }
  }

  private Socket follow(ApiServer server) throws IOException {
    Socket socket = new Socket("127.0.0.1", server.address().getPort());
    socket.setSoTimeout(30_000);
    socket
        .getOutputStream()
        .write(
            ("GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + admin + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    StringBuilder read = new StringBuilder();
    while (read.indexOf(": the fleet's story") < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as("what was read: " + read).isNotNegative();
      read.append((char) next);
    }
    return socket;
  }

  private static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void waitsForARegistryThatIsAwayInsteadOfEndingTheStream() throws Exception {
    try (ApiFixture own = ApiFixture.open()) {
      own.fleet.link().detach(own.registry.system());
      assertThat(own.fleet.seesRegistry()).isFalse();
      assertThat(own.get("/v1/machines").code()).isEqualTo("registry_unavailable");
      HttpResponse<InputStream> response =
          own.client.send(
              HttpRequest.newBuilder(own.uri("/v1/events")).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (BufferedReader stream =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
        assertThat(linesUntil(stream, "no registry in sight"))
            .contains(": no registry in sight, waiting");
      }
      assertThat(own.get("/v1/deployments/x").code()).isEqualTo("registry_unavailable");
      assertThat(own.get("/v1/models").status()).isEqualTo(200);
    }
  }
}
