package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.EmbeddedDatabase;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import io.remuda.protocol.testing.ScriptedEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people ask models and are answered, and their keys, are seen by nobody else. */
@Timeout(180)
final class CanaryTest {

  private static final String CANARY = "CANARY-7Q4Z-OF-NO-OTHER-TEXT";
  private static final String CHAT = "/v1/chat/completions";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int PORT = FreePort.next();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Types of columns that hold bytes. */
  private static final Set<Integer> BYTES =
      Set.of(Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB);

  @TempDir private static Path data;
  private static ScriptedEngine engine;
  private static Config config;
  private static NodeHome home;
  private static AllInOne all;
  private static String admin = "";
  private static String node = "";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() throws Exception {
    engine = ScriptedEngine.start(CanaryTest::answer);
    config = config(false);
    home = NodeHome.open(config);
    NodeLogs.start(data, config);
    all = AllInOne.start(home, config, sentence -> {});
    all.awaitReady(key -> admin = key);
    node = "http://127.0.0.1:" + Files.readString(data.resolve("front.port")).strip();
  }

  private static Config config(boolean requests) {
    return StrictConfig.load(
        Optional.empty(),
        ConfigFactory.parseMap(
            Map.of(
                "remuda.node.data",
                data.toString(),
                "remuda.gateway.port",
                PORT,
                "remuda.gateway.auth",
                true,
                "remuda.launch.demo",
                false,
                "remuda.launch.log-requests",
                requests,
                "remuda.node.engine.remotes.lab.url",
                engine.base() + "/v1",
                "remuda.tasks.attempts",
                2,
                "remuda.tasks.retry-pause",
                "50ms",
                "remuda.metrics.tick",
                "500ms")));
  }

  @AfterAll
  static void stop() {
    all.close();
    home.close();
    engine.close();
    NodeLogs.start(data, config);
  }

  /** Whatever it is asked, it repeats the canary. */
  private static void answer(ScriptedEngine.Seen asked, ScriptedEngine.Wire wire)
      throws IOException {
    String said = "{\"index\":0,\"delta\":{\"content\":\"" + CANARY + "\"}}";
    if (asked.path().endsWith("/models")) {
      wire.json(200, "{\"data\":[{\"id\":\"big\"}]}");
    } else if (asked.body().contains("refuse")) {
      wire.json(400, "{\"error\":{\"message\":\"what is " + CANARY + "?\"}}");
    } else if (asked.body().contains("fail")) {
      wire.json(500, "{\"error\":{\"message\":\"cannot say " + CANARY + "\"}}");
    } else if (asked.body().contains("babble")) {
      wire.json(200, "{" + CANARY);
    } else if (asked.body().contains("break")) {
      wire.events();
      wire.event("{\"choices\":[" + said + "]}");
      wire.end();
    } else if (asked.body().contains("\"stream\":true")) {
      wire.events();
      wire.event("{\"choices\":[" + said + "]}");
      wire.event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
      wire.done();
    } else {
      wire.json(
          200,
          "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
              + CANARY
              + "\"},\"finish_reason\":\"stop\"}]}");
    }
  }

  @Test
  void noTextOfARequestAndNoKeyIsInLogsMetricsJournalOrDeadLetters() throws Exception {
    deploy();
    JsonNode made = json("POST", "/v1/keys", "{\"scopes\": [\"worker\"]}");
    try (ForeignWorker worker = new ForeignWorker(node, made.path("key").asText())) {
      serve(worker);
      play("quiet");
      NodeLogs.start(data, config(true));
      play("loud");
    }
    Eventually.isTrue(
        "it is measured", LIMIT, () -> send("GET", "/metrics", "", "look").body().contains("talk"));

    Map<String, String> places = places();
    assertThat(places.entrySet())
        .filteredOn(
            place -> place.getValue().contains(CANARY) || place.getValue().contains(secret(admin)))
        .extracting(Map.Entry::getKey)
        .as("where it is seen")
        .isEmpty();
    theLookSeesWhatIsThere(places);
  }

  /** Else it would find no canary wherever it is. */
  private static void theLookSeesWhatIsThere(Map<String, String> places) {
    assertThat(engine.seen())
        .filteredOn(asked -> asked.body().contains(CANARY))
        .hasSizeGreaterThan(14);
    String log = text(places, "file logs/remuda.log");
    assertThat(log)
        .contains("model=talk")
        .doesNotContain("event=request request=quiet-", "event=call request=quiet-");
    for (String line : List.of("event=request request=loud-", "event=call request=loud-")) {
      for (String what : List.of("whole", "streamed", "broken")) {
        assertThat(log).contains(line + what + " ");
      }
    }
    assertThat(text(places, "gateway /metrics")).contains("talk");
    assertThat(text(places, "machine /metrics")).contains("talk");
    assertThat(text(places, "gateway /v1/tasks/dead")).contains("shout");
    assertThat(text(places, "gateway /v1/requests/loud-broken")).contains("talk");
    assertThat(text(places, "gateway /v1/audit")).contains("talk");
    assertThat(
            places.entrySet().stream()
                .filter(place -> place.getKey().startsWith("table "))
                .map(Map.Entry::getValue))
        .anySatisfy(rows -> assertThat(rows).contains("lab/big"));
  }

  private static String text(Map<String, String> places, String name) {
    assertThat(places).containsKey(name);
    return places.getOrDefault(name, "");
  }

  /** All ways in which a request may go, and a task, and a lease. */
  private void play(String name) throws Exception {
    HttpResponse<String> whole = chat(CHAT, name + "-whole", "say it");
    assertThat(whole.statusCode()).as(whole.body()).isEqualTo(200);
    assertThat(whole.body()).contains(CANARY);
    assertThat(chat(CHAT, name + "-streamed", "say it", true).body())
        .contains(CANARY)
        .contains("[DONE]");
    assertThat(chat(CHAT, name + "-refused", "refuse it").statusCode()).isEqualTo(400);
    assertThat(chat(CHAT, name + "-failed", "fail").statusCode()).isGreaterThanOrEqualTo(500);
    chat(CHAT, name + "-babbled", "babble");
    assertThat(chat(CHAT, name + "-broken", "break", true).body())
        .contains(CANARY)
        .contains("engine_gone");
    assertThat(send("POST", CHAT, "{" + CANARY, name + "-nonsense").statusCode()).isEqualTo(400);
    assertThat(send("POST", CHAT, "{\"model\":\"" + CANARY + "\"}", name + "-nobodys").statusCode())
        .isIn(400, 404);
    HttpResponse<String> typed =
        send("POST", "/v1/models/shout/predict", "{\"" + CANARY + "\":1}", name + "-typed");
    assertThat(typed.statusCode()).isEqualTo(400);
    lease(name);
    task();
  }

  private void lease(String name) throws Exception {
    JsonNode made = json("POST", "/v1/leases", "{\"model\":\"talk\",\"ttlSeconds\":60}");
    String id = made.path("id").asText();
    JsonNode lease = json("GET", "/v1/leases/" + id + "?wait=20s", "");
    String endpoint = lease.path("endpoint").asText();
    assertThat(endpoint).as(lease.toString()).startsWith(all.url());
    HttpResponse<String> leased =
        chat(
            endpoint.substring(all.url().length()) + "/chat/completions",
            name + "-leased",
            "say it");
    assertThat(leased.statusCode()).as(leased.body()).isEqualTo(200);
    assertThat(leased.body()).contains(CANARY);
    assertThat(send("DELETE", "/v1/leases/" + id, "", name + "-released").statusCode())
        .isEqualTo(204);
    Eventually.isTrue(
        "its instance serves all again",
        LIMIT,
        () -> chat(CHAT, name + "-after", "refuse").statusCode() == 400);
  }

  /** One that is given up. */
  private void task() throws Exception {
    String input = "\"" + ForeignWorker.FAILS + " " + CANARY + "\"";
    HttpResponse<String> accepted = send("POST", "/v1/models/shout/tasks", input, "task");
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    String id = MAPPER.readTree(accepted.body()).path("id").asText();
    assertThat(json("GET", "/v1/tasks/" + id + "?wait=30s", "").path("state").asText())
        .isEqualTo("FAILED");
    Eventually.isTrue(
        "it is among the dead",
        LIMIT,
        () -> json("GET", "/v1/tasks/dead", "").path("data").findValuesAsText("id").contains(id));
  }

  private void deploy() throws Exception {
    HttpResponse<String> declared =
        send(
            "PUT",
            "/v1/deployments/talk",
            "{\"engine\": \"remote\", \"model\": \"lab/big\"}",
            "deploy");
    assertThat(declared.statusCode()).as(declared.body()).isEqualTo(202);
    Eventually.isTrue("it serves", LIMIT, () -> chat(CHAT, "first", "refuse").statusCode() == 400);
  }

  private void serve(ForeignWorker worker) throws Exception {
    Eventually.isTrue(
        "the machine knows its key", LIMIT, () -> worker.ping("nobody").statusCode() == 404);
    HttpResponse<String> joined = worker.join("w-1", "shout");
    assertThat(joined.statusCode()).as(joined.body()).isEqualTo(201);
    worker.pings(ForeignWorker.json(joined).path("id").asText());
    Eventually.isTrue(
        "it serves",
        LIMIT,
        () -> send("POST", "/v1/models/shout/predict", "\"hello\"", "worker").statusCode() == 200);
  }

  /** All that there is to read, by its name. */
  private Map<String, String> places() throws Exception {
    Map<String, String> places = new TreeMap<>();
    files(places);
    tables(places);
    for (String path :
        List.of(
            "/metrics",
            "/v1/audit",
            "/v1/events?after=0",
            "/v1/routes",
            "/v1/tasks/dead",
            "/v1/usage",
            "/v1/deployments/talk/events",
            "/v1/deployments/talk/why",
            "/v1/requests/loud-broken",
            "/v1/requests/loud-failed",
            "/v1/requests/loud-nobodys",
            "/v1/requests/loud-leased")) {
      HttpResponse<String> shown = send("GET", path, "", "look");
      assertThat(shown.statusCode()).as(path + shown.body()).isEqualTo(200);
      places.put("gateway " + path, shown.body());
    }
    places.put(
        "machine /metrics",
        client
            .send(
                HttpRequest.newBuilder(URI.create(node + "/metrics")).timeout(LIMIT).build(),
                HttpResponse.BodyHandlers.ofString())
            .body());
    return places;
  }

  /** All of the node but its database, whose tables are read one by one. */
  private static void files(Map<String, String> places) throws IOException {
    try (Stream<Path> walk = Files.walk(data)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        String name = data.relativize(file).toString();
        if (!name.startsWith("db")) {
          places.put("file " + name, Files.readString(file, StandardCharsets.ISO_8859_1));
        }
      }
    }
  }

  /**
   * All tables but those of tasks: their inputs lie there for as long as they may be run again, and
   * their results until their time is up.
   */
  private static void tables(Map<String, String> places) throws SQLException {
    try (Connection database =
            DriverManager.getConnection(
                EmbeddedDatabase.url(data),
                config.getString("remuda.journal.user"),
                config.getString("remuda.journal.password"));
        Statement statement = database.createStatement()) {
      List<String> names = new ArrayList<>();
      try (ResultSet tables =
          statement.executeQuery(
              "SELECT table_schema, table_name FROM information_schema.tables"
                  + " WHERE table_schema NOT IN ('INFORMATION_SCHEMA', 'remuda_tasks')")) {
        while (tables.next()) {
          names.add("\"" + tables.getString(1) + "\".\"" + tables.getString(2) + "\"");
        }
      }
      for (String name : names) {
        try (ResultSet rows = statement.executeQuery("SELECT * FROM " + name)) {
          places.put("table " + name, text(rows));
        }
      }
    }
  }

  private static String text(ResultSet rows) throws SQLException {
    StringBuilder text = new StringBuilder();
    ResultSetMetaData columns = rows.getMetaData();
    while (rows.next()) {
      for (int column = 1; column <= columns.getColumnCount(); column++) {
        if (BYTES.contains(columns.getColumnType(column))) {
          byte[] bytes = rows.getBytes(column);
          text.append(bytes == null ? "" : new String(bytes, StandardCharsets.ISO_8859_1));
        } else {
          text.append(rows.getString(column));
        }
        text.append('\n');
      }
    }
    return text.toString();
  }

  /** The part of a key that nobody else may know. */
  private static String secret(String key) {
    return key.split("_", 3)[2];
  }

  private HttpResponse<String> chat(String path, String id, String wish) throws Exception {
    return chat(path, id, wish, false);
  }

  private HttpResponse<String> chat(String path, String id, String wish, boolean stream)
      throws Exception {
    return send(
        "POST",
        path,
        "{\"model\":\"talk\",\"messages\":[{\"role\":\"user\",\"content\":\""
            + CANARY
            + "\"}],\"user\":\""
            + wish
            + "\",\"stream\":"
            + stream
            + "}",
        id);
  }

  private JsonNode json(String method, String path, String body) throws Exception {
    HttpResponse<String> answer = send(method, path, body, "ask");
    assertThat(answer.statusCode()).as(path + answer.body()).isIn(200, 201, 202);
    return MAPPER.readTree(answer.body());
  }

  private HttpResponse<String> send(String method, String path, String body, String id)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(all.url() + path))
            .timeout(LIMIT)
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .header("authorization", "Bearer " + admin)
            .header("x-request-id", id)
            .header("x-remuda-session", CANARY)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
