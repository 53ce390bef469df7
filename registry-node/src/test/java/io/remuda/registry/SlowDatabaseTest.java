package io.remuda.registry;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.registry.testing.SlowLink;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A database that takes connections and answers each question far too late: after a minute where 8
 * seconds are allowed, in the proportions of a test.
 */
@Tag("slow")
class SlowDatabaseTest {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final String ALLOWED = "2s";
  // What is allowed, and a machine that stalls.
  private static final Duration NOTICED = Duration.ofSeconds(9);
  private static final Duration TOO_LATE = Duration.ofSeconds(15);

  @TempDir Path data;

  @Test
  void changesAreRefusedInTimeWithTheReasonAndNothingIsLostOrDoneTwice() {
    PostgresServer server = PostgresServer.shared();
    String direct = server.newDatabase();
    try (SlowLink link = new SlowLink(server.host(), server.port());
        TestRegistry registry =
            TestRegistry.start(data, journal(server, through(link, direct))).awaitReady()) {
      Eventually.passes(
          "it is declared",
          SOON,
          () -> assertThat(registry.deploy(aSpec().replicas(0).build()).refused()).isEmpty());
      accepted(registry, 1);
      accepted(registry, 2);

      link.answersAfter(TOO_LATE);

      for (int wished = 11; wished <= 14; wished++) {
        long asked = System.nanoTime();
        Refused refused = registry.scale("demo", wished).refused().orElseThrow();
        assertThat(refused.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
        assertThat(refused.message()).contains("database");
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(NOTICED);
      }
      Eventually.passes(
          "the node says what it waits for",
          SOON,
          () ->
              assertThat(registry.node().status().notReadyBecause().orElseThrow())
                  .contains("the journal's database does not answer"));

      link.answersAfter(Duration.ZERO);

      accepted(registry, 3);
      registry.awaitReady();
      List<String> story =
          registry.events(0, Optional.of("demo"), Duration.ZERO).stream()
              .filter(event -> event.kind().equals("DeploymentScaled"))
              .map(EventView::text)
              .toList();
      for (int kept = 1; kept <= 3; kept++) {
        assertThat(times(story, kept)).as("%d in %s", kept, story).isEqualTo(1);
      }
      for (int refused = 11; refused <= 14; refused++) {
        assertThat(times(story, refused)).as("%d in %s", refused, story).isLessThanOrEqualTo(1);
      }
    }
  }

  /** What a hiccup refuses is asked for again; the same once more changes nothing. */
  private static void accepted(TestRegistry registry, int replicas) {
    Eventually.passes(
        replicas + " are accepted",
        SOON,
        () -> assertThat(registry.scale("demo", replicas).refused()).isEmpty());
  }

  private static long times(List<String> story, int replicas) {
    return story.stream().filter(text -> text.matches(".*\\b" + replicas + "\\b.*")).count();
  }

  private static String through(SlowLink link, String direct) {
    return direct.replaceFirst("//[^/]+/", "//127.0.0.1:" + link.port() + "/");
  }

  private static Map<String, Object> journal(PostgresServer server, String url) {
    return Map.of(
        "remuda.journal.url",
        url,
        "remuda.journal.user",
        server.user(),
        "remuda.journal.password",
        server.password(),
        "remuda.journal.answer-timeout",
        ALLOWED,
        "remuda.journal.connection-timeout",
        ALLOWED,
        "remuda.journal.retry-interval",
        "300ms");
  }
}
