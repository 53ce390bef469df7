package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.access.AccessEvent.KeyRevoked;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key whose revocation reaches the journal when the next owner of the keys has read it. */
@Tag("slow")
class LateRevocationTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path data;

  @Test
  void isWorthNothingThoughNobodyChangesAnotherKey() throws Exception {
    ApiKey key =
        new ApiKey(
            new KeyId("first1"),
            "ci",
            "hash",
            Set.of(Scope.INFER),
            Set.of(),
            Instant.EPOCH,
            Optional.empty(),
            false,
            0);
    try (TestRegistry registry = TestRegistry.start(data).awaitReady()) {
      registry.createKey(key);

      new WrittenRows(JournalSettings.from(ConfigFactory.load(), data))
          .event(PersistenceIds.access(), 2, new KeyRevoked(key.id(), Instant.now()));

      // Made once more, it is told as it is.
      Eventually.passes(
          "its owner knows that it is revoked",
          SOON,
          () ->
              assertThat(registry.createKey(key).keys())
                  .singleElement()
                  .satisfies(known -> assertThat(known.revoked()).isTrue()));
    }
  }
}
