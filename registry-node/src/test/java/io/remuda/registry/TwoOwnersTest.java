package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.RegistryProtocol.Reply;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.registry.journal.JournalBackup;
import io.remuda.registry.journal.JournalReport;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two live owners of one name, as two halves of a fleet have them that do not hear each other: of
 * two changes at the same place of the journal one is kept, and the other's owner says that nothing
 * came of it, ends, and goes on from what the journal says.
 */
@Tag("slow")
class TwoOwnersTest {

  private static final Duration SOON = Duration.ofSeconds(90);

  @TempDir Path data;

  @Test
  void onlyOneCommitsAndTheOtherRefusesAndReadsAgain() {
    Map<String, Object> journal = postgres();
    try (TestRegistry a = TestRegistry.start(data.resolve("a"), journal).awaitReady();
        TestRegistry b = TestRegistry.start(data.resolve("b"), journal).awaitReady()) {
      assertThat(a.deploy(aSpec().named("demo").replicas(0).build()).refused()).isEmpty();
      awaitReplicas(b, 0);

      // Each is written by one, behind the other's back.
      change(a, 1);
      refusedThenTrue(b, 7, 1);
      change(b, 2);
      refusedThenTrue(a, 8, 2);
      change(a, 3);
    }

    JournalReport report =
        new JournalBackup(
                JournalSettings.from(
                    ConfigFactory.parseMap(journal).withFallback(ConfigFactory.load()), data),
                "test",
                Clock.systemUTC())
            .verify((rows, of) -> {});
    // The declaration and the three changes that were accepted.
    assertThat(report.events()).isEqualTo(4);
    assertThat(report.broken()).isEmpty();
  }

  private static void change(TestRegistry owner, int replicas) {
    // Its database may count as away for a moment, after the refusal.
    Eventually.passes(
        "it is accepted",
        SOON,
        () -> assertThat(owner.scale("demo", replicas).refused()).isEmpty());
  }

  /** What this owner does not know was changed meanwhile: it must not answer as if it were not. */
  private static void refusedThenTrue(TestRegistry owner, int wished, int kept) {
    Reply reply = owner.scale("demo", wished);
    assertThat(reply.refused().orElseThrow().code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    awaitReplicas(owner, kept);
  }

  private static void awaitReplicas(TestRegistry owner, int replicas) {
    Eventually.passes(
        "it knows what the journal says",
        SOON,
        () ->
            assertThat(owner.show("demo").deployment().map(view -> view.spec().replicas()))
                .hasValue(replicas));
  }

  private static Map<String, Object> postgres() {
    PostgresServer server = PostgresServer.shared();
    return Map.of(
        "remuda.journal.url",
        server.newDatabase(),
        "remuda.journal.user",
        server.user(),
        "remuda.journal.password",
        server.password(),
        "remuda.journal.retry-interval",
        "300ms",
        // A wake tells an owner how far the journal goes; here it is to find out by writing.
        "remuda.registry.wake-interval",
        "1h");
  }
}
