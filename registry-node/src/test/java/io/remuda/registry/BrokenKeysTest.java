package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.KeyId;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal from which somebody took an event of the API keys. */
@Tag("slow")
class BrokenKeysTest {

  @TempDir Path data;

  @Test
  void changesOfAllElseAreTakenAndTheReasonIsTold() throws Exception {
    try (TestRegistry first = TestRegistry.start(data).awaitReady()) {
      first.createKey(key("first1"));
      first.revokeKey(new KeyId("first1"));
      first.createKey(key("other1"));
      assertThat(first.node().status().keysBroken()).isEmpty();
    }
    JournalSettings settings = JournalSettings.from(ConfigFactory.load(), data);
    try (var connection =
            DriverManager.getConnection(settings.url(), settings.user(), settings.password());
        var statement = connection.createStatement()) {
      assertThat(
              statement.executeUpdate(
                  "DELETE FROM \"event_journal\" WHERE \"persistence_id\" = 'Access|keys'"
                      + " AND \"sequence_number\" = 2"))
          .isEqualTo(1);
    }

    try (TestRegistry second = TestRegistry.start(data).awaitReady()) {
      assertThat(second.node().status().keysBroken().orElseThrow()).contains("are missing");
      assertThat(second.deploy(aSpec().named("demo").replicas(0).build()).refused()).isEmpty();
      Refused refused = second.createKey(key("other2")).refused().orElseThrow();
      assertThat(refused.code()).isEqualTo(ErrorCode.INTERNAL);
      assertThat(refused.message()).contains("API keys", "are missing");
    }
  }

  private static ApiKey key(String id) {
    return new ApiKey(
        new KeyId(id),
        id,
        "hash-" + id,
        Set.of(Scope.INFER),
        Set.of(),
        Instant.EPOCH,
        Optional.empty(),
        false,
        0);
  }
}
