package io.remuda.protocol.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.EmbeddedDatabase;
import io.remuda.protocol.task.TaskSettings.Broker;
import io.remuda.protocol.task.TaskSettings.Database;
import io.remuda.protocol.task.TaskSettings.Nowhere;
import io.remuda.protocol.task.TaskSettings.Redis;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TaskSettingsTest {

  private static final Path DATA = Path.of("/data");

  @Test
  void aProcessWithTheEmbeddedJournalKeepsTasksBesideIt() {
    TaskSettings settings = from(Map.of());

    assertThat(settings.queue()).isEqualTo(new Database(EmbeddedDatabase.url(DATA), "", "", true));
    assertThat(settings.results()).isEqualTo(settings.queue());
  }

  @Test
  void aGatewayBesideAnEmbeddedJournalOfAnotherProcessSaysWhatToConfigure() {
    TaskSettings settings = from(Map.of("remuda.node.roles", java.util.List.of("gateway")));

    assertThat(settings.queue()).isInstanceOf(Nowhere.class);
    assertThat(((Nowhere) settings.queue()).reason()).contains("remuda.tasks.queue", "amqp://");
    assertThat(((Nowhere) settings.results()).reason())
        .contains("remuda.tasks.results", "redis://");
  }

  @Test
  void aFleetOnPostgresKeepsTasksInIt() {
    TaskSettings settings =
        from(
            Map.of(
                "remuda.node.roles", java.util.List.of("model"),
                "remuda.journal.url", "jdbc:postgresql://db/remuda",
                "remuda.journal.user", "u",
                "remuda.journal.password", "p",
                "remuda.tasks.results", "embedded"));

    assertThat(settings.queue())
        .isEqualTo(new Database("jdbc:postgresql://db/remuda", "u", "p", false))
        .isEqualTo(settings.results());
  }

  @Test
  void serversAreNamedByTheirAddresses() {
    TaskSettings settings =
        from(
            Map.of(
                "remuda.tasks.queue", "amqps://u:secret@broker:5671/v",
                "remuda.tasks.results", "rediss://u:secret@redis:6380/1"));

    assertThat(settings.queue()).isEqualTo(new Broker("amqps://u:secret@broker:5671/v"));
    assertThat(settings.results()).isEqualTo(new Redis("rediss://u:secret@redis:6380/1"));
    assertThat(settings.toString()).doesNotContain("secret").contains("broker", "redis");
  }

  @Test
  void anAddressOfAnotherKindIsRefusedWithoutItsPassword() {
    for (String address : new String[] {"redis://h", "http://u:secret@h", "jdbc:mysql://h/d"}) {
      assertThatThrownBy(() -> from(Map.of("remuda.tasks.queue", address)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("remuda.tasks.queue")
          .hasMessageContaining("amqp://")
          .hasMessageNotContaining("secret");
    }
  }

  private static TaskSettings from(Map<String, ?> more) {
    Config config =
        ConfigFactory.parseMap(more)
            .withFallback(ConfigFactory.parseResources("reference.conf"))
            .resolve();
    return TaskSettings.from(config, DATA);
  }
}
