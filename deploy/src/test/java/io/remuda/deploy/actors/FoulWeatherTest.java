package io.remuda.deploy.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.actors.Wire.Weather;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A fleet whose messages are lost, doubled and late comes to what is wished once they are not. */
@Tag("actors")
class FoulWeatherTest {

  private static final Theatre THEATRE = new Theatre("foul-weather");
  private static final int SEEDS = 5;

  @AfterAll
  static void close() {
    THEATRE.close();
  }

  @Test
  void aDeploymentReachesItsWish() {
    THEATRE.plays(SEEDS, FoulWeatherTest::deployed);
  }

  @Test
  void aSeedTellsTheSameTaleTwice() {
    long first = THEATRE.play(7, FoulWeatherTest::deployed);
    long second = THEATRE.play(7, FoulWeatherTest::deployed);

    assertThat(second).isEqualTo(first);
    assertThat(THEATRE.play(8, FoulWeatherTest::deployed)).isNotEqualTo(first);
  }

  private static void deployed(Stage stage) {
    stage.machines(3, 4_000);
    stage.wire().weather(Weather.FOUL);
    stage.operator().deploy("demo", 3);
    stage.passes(stage.upTo(Duration.ofSeconds(40)));
    stage.operator().scale("demo", 1 + stage.random().nextInt(5));
    stage.passes(stage.upTo(Duration.ofSeconds(40)));

    stage.finish();

    assertThat(stage.wire().serialized()).isPositive();
  }
}
