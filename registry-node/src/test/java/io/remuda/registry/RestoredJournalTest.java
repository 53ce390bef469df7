package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.registry.journal.JournalBackup;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry node on a restored journal knows what the first one knew. */
@Tag("slow")
class RestoredJournalTest {

  private static final Duration SOON = Duration.ofSeconds(90);

  @TempDir Path data;

  @Test
  void aRegistryNodeOnARestoredJournalGoesOnFromIt() {
    List<RegistryProtocol.Reply> before;
    try (TestRegistry first = TestRegistry.start(data.resolve("a")).awaitReady()) {
      first.deploy(aSpec().named("kept").replicas(0).build());
      first.scale("kept", 1);
      first.scale("kept", 0);
      first.deploy(aSpec().named("whole").replicas(0).build());
      before = shown(first);
    }
    Path file = data.resolve("a.backup");
    backup(Map.of(), "a").backup(file, (rows, of) -> {});
    Map<String, Object> postgres = postgres();
    backup(postgres, "b").restore(file, (rows, of) -> {});

    try (TestRegistry second = TestRegistry.start(data.resolve("b"), postgres).awaitReady()) {
      assertThat(before).allMatch(reply -> reply.deployment().isPresent());
      assertThat(shown(second)).isEqualTo(before);
      assertThat(second.scale("kept", 2).refused()).isEmpty();
      Eventually.passes(
          "events of before and after are read",
          SOON,
          () ->
              assertThat(second.events(0, Optional.of("kept"), Duration.ZERO))
                  .extracting(event -> event.text())
                  .anyMatch(text -> text.contains("scaled to 1"))
                  .anyMatch(text -> text.contains("scaled to 2")));
    }
  }

  private static List<RegistryProtocol.Reply> shown(TestRegistry registry) {
    return List.of(registry.show("kept"), registry.show("whole"));
  }

  private JournalBackup backup(Map<String, Object> journal, String folder) {
    JournalSettings settings =
        JournalSettings.from(
            ConfigFactory.parseMap(journal).withFallback(ConfigFactory.load()),
            data.resolve(folder));
    return new JournalBackup(settings, "test", Clock.systemUTC());
  }

  private static Map<String, Object> postgres() {
    PostgresServer server = PostgresServer.shared();
    return Map.of(
        "remuda.journal.url",
        server.newDatabase(),
        "remuda.journal.user",
        server.user(),
        "remuda.journal.password",
        server.password());
  }
}
