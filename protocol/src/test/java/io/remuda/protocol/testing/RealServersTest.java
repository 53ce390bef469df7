package io.remuda.protocol.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("server")
class RealServersTest {

  @Test
  void postgresMakesDatabasesAndKeepsThemOverAKill() throws Exception {
    PostgresServer server = PostgresServer.own();
    String database = server.newDatabase();

    server.kill();
    assertThat(server.answers()).isFalse();
    server.restart();

    try (Connection connection =
            DriverManager.getConnection(database, server.user(), server.password());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT 6 * 7")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(42);
    }
    server.stop();
    assertThat(server.answers()).isFalse();
  }

  @Test
  void redisAnswersStopsAndStartsAgain() {
    RedisServer server = RedisServer.own();
    assertThat(server.answers()).isTrue();

    server.kill();
    assertThat(server.answers()).isFalse();
    server.restart();

    assertThat(server.answers()).isTrue();
    server.stop();
  }

  @Test
  void rabbitOpensAnAmqpConversation() {
    RabbitServer server = RabbitServer.shared();

    assertThat(server.answers()).isTrue();
    assertThat(RabbitServer.shared()).isSameAs(server);
  }

  @Test
  void llamaServerSaysItsVersion() throws Exception {
    Process process =
        new ProcessBuilder(LlamaServer.binary().toString(), "--version")
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(text).contains("version");
  }

  @Test
  void sharedServersAreOneEach() {
    assertThat(PostgresServer.shared()).isSameAs(PostgresServer.shared());
    assertThat(RedisServer.shared()).isSameAs(RedisServer.shared());
    Eventually.isTrue(
        "PostgreSQL lets us in", Duration.ofSeconds(30), PostgresServer.shared()::answers);
  }
}
