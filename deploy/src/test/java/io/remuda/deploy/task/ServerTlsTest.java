package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import io.remuda.protocol.testing.ServerCertificate;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Brokers and stores behind TLS: one that shows the trusted certificate is used, one that shows
 * another, or one for another host, is not, and gateway and machine each tell why.
 */
@Tag("server")
@Tag("slow")
class ServerTlsTest {

  private static final String PASSWORD = "wild-horses";
  private static final String WRONG = "tame-horses";

  @TempDir Path folder;

  private ServerCertificate localhost;
  private ServerCertificate another;
  private ServerCertificate elsewhere;

  @BeforeEach
  void makeCertificates() {
    localhost = ServerCertificate.make(folder, "localhost", "localhost");
    another = ServerCertificate.make(folder, "another", "localhost");
    elsewhere = ServerCertificate.make(folder, "elsewhere", "elsewhere.example");
  }

  @Test
  void aBroker() {
    RabbitServer broker = RabbitServer.own(localhost);
    try {
      String address = broker.tlsUrl("localhost");
      isUsed(Map.of("remuda.tasks.queue", address), localhost);
      isRefused(Map.of("remuda.tasks.queue", address), another, "certificate is not trusted");
      isRefused(
          Map.of("remuda.tasks.queue", address.replace("guest:guest", "guest:" + WRONG)),
          localhost,
          "refused");
    } finally {
      broker.kill();
    }
    RabbitServer impostor = RabbitServer.own(elsewhere);
    try {
      isRefused(
          Map.of("remuda.tasks.queue", impostor.tlsUrl("localhost")),
          elsewhere,
          "certificate is for another host");
    } finally {
      impostor.kill();
    }
  }

  /** It also wants to know who asks. */
  @Test
  void aResultStore() {
    int port = FreePort.next();
    RedisServer redis = redis(port, localhost);
    try {
      String address = "rediss://:" + PASSWORD + "@localhost:" + port;
      isUsed(Map.of("remuda.tasks.results", address), localhost);
      isRefused(Map.of("remuda.tasks.results", address), another, "certificate is not trusted");
      isRefused(
          Map.of("remuda.tasks.results", address.replace(PASSWORD, WRONG)), localhost, "password");
    } finally {
      redis.kill();
    }
    int other = FreePort.next();
    RedisServer impostor = redis(other, elsewhere);
    try {
      isRefused(
          Map.of("remuda.tasks.results", "rediss://:" + PASSWORD + "@localhost:" + other),
          elsewhere,
          "certificate is for another host");
    } finally {
      impostor.kill();
    }
  }

  @Test
  void aDatabase() {
    PostgresServer server = PostgresServer.own(localhost);
    try {
      isUsed(database(server), localhost);
      isRefused(database(server), another, "certificate is not trusted");
    } finally {
      server.kill();
    }
    PostgresServer impostor = PostgresServer.own(elsewhere);
    try {
      isRefused(database(impostor), elsewhere, "certificate is for another host");
    } finally {
      impostor.kill();
    }
  }

  /** Queue and results beside the journal, whose address says how its server is checked. */
  private static Map<String, Object> database(PostgresServer server) {
    return Map.of(
        "remuda.journal.url",
        server.newDatabase().replace(server.host(), "localhost") + "?sslmode=verify-full",
        "remuda.journal.user",
        server.user(),
        "remuda.journal.password",
        server.password());
  }

  private static RedisServer redis(int tlsPort, ServerCertificate certificate) {
    return RedisServer.own(
        List.of(
            "--tls-port", Integer.toString(tlsPort),
            "--tls-cert-file", certificate.certificate().toString(),
            "--tls-key-file", certificate.key().toString(),
            "--tls-ca-cert-file", certificate.certificate().toString(),
            "--tls-auth-clients", "no",
            "--requirepass", PASSWORD));
  }

  private static Map<String, Object> trusting(
      Map<String, ?> places, ServerCertificate certificate) {
    Map<String, Object> settings = new HashMap<>(places);
    settings.put("remuda.tasks.ca-file", certificate.certificate().toString());
    return settings;
  }

  private static void isUsed(Map<String, ?> places, ServerCertificate trusted) {
    try (TaskStage stage = TaskStage.open(trusting(places, trusted));
        TaskStage.Machine machine = stage.machine();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      assertThat(stage.awaitEnd(stage.accept(stage.task("safe"))).getState())
          .isEqualTo(TaskState.DONE);
      Eventually.isTrue("it is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  private static void isRefused(Map<String, ?> places, ServerCertificate trusted, String reason) {
    try (TaskStage stage = TaskStage.openAway(trusting(places, trusted));
        TaskStage.Machine machine = stage.machineAway();
        TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
      Eventually.passes(
          "the reason is told",
          LIMIT,
          () -> {
            // A database is connected to when it is first asked.
            stage.results().read(stage.newId(LIMIT));
            assertThat(stage.unavailable().orElseThrow().message())
                .contains(reason)
                .doesNotContain(PASSWORD, WRONG);
          });
      Eventually.passes(
          "the machine tells it too",
          LIMIT,
          () ->
              assertThat(worker.health().orElseThrow())
                  .contains(reason)
                  .doesNotContain(PASSWORD, WRONG));
    }
  }
}
