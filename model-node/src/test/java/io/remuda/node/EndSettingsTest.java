package io.remuda.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.StartRefused;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a node's end may take must be enough for all that it does then. */
class EndSettingsTest {

  @Test
  void theDefaultsAreEnough() {
    EndSettings settings = settings("");

    assertThat(settings.limit()).isGreaterThan(settings.drain());
  }

  @Test
  void aDrainThatLeavesNoTimeForTheRestIsRefused() {
    assertThatThrownBy(() -> settings("remuda.node.shutdown-drain = 40s"))
        .isInstanceOf(StartRefused.class)
        .hasMessageContainingAll(
            "remuda.node.shutdown-limit is 40.0 s",
            "remuda.node.shutdown-drain",
            "remuda.node.instance.stop-grace",
            "remuda.cluster.leave-timeout",
            "remuda.cluster.terminate-timeout",
            "Raise it to 63.0 s or more");
  }

  @Test
  void itIsEnoughWhereTheLimitWasRaisedToo() {
    EndSettings settings = settings("remuda.node { shutdown-drain = 40s, shutdown-limit = 63s }");

    assertThat(settings.drain()).isEqualTo(Duration.ofSeconds(40));
  }

  @Test
  void enginesThatAreKeptNeedNoTime() {
    EndSettings settings =
        settings("remuda.node { keep-engines = on, shutdown-drain = 40s, shutdown-limit = 18s }");

    assertThat(settings.limit()).isEqualTo(Duration.ofSeconds(18));
  }

  private static EndSettings settings(String more) {
    return EndSettings.from(
        ConfigFactory.parseString(more).withFallback(ConfigFactory.load()).resolve());
  }
}
