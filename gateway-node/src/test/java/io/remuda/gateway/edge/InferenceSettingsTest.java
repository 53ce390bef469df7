package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of answers, each from its own key. */
class InferenceSettingsTest {

  @Test
  void holdsMoreOfAnAnswerThatIsTranslatedThanOfOneThatIsPassedOn() {
    InferenceSettings shipped = InferenceSettings.from(ConfigFactory.load());

    assertThat(shipped.heldAnswerBytes()).isEqualTo(64 * 1024);
    assertThat(shipped.translatedAnswerBytes()).isEqualTo(32 * 1024 * 1024);
  }

  @Test
  void readsHowStreamsAreResumed() {
    InferenceSettings shipped = InferenceSettings.from(ConfigFactory.load());
    InferenceSettings settings = from("resumes = 5, resumed-text-size = 3 KiB, resume-wait = 7s");

    assertThat(shipped.resumes()).isEqualTo(2);
    assertThat(shipped.resumedTextBytes()).isEqualTo(256 * 1024);
    assertThat(shipped.resumeWait()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.resumes()).isEqualTo(5);
    assertThat(settings.resumedTextBytes()).isEqualTo(3072);
    assertThat(settings.resumeWait()).isEqualTo(Duration.ofSeconds(7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"resumes = -1", "resumed-text-size = 0", "resume-wait = -1s"})
  void refusesWhatMakesNoSense(String line) {
    assertThatThrownBy(() -> from(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("remuda.gateway.inference.resume");
  }

  private static InferenceSettings from(String lines) {
    return InferenceSettings.from(
        ConfigFactory.parseString("remuda.gateway.inference {" + lines + "}")
            .withFallback(ConfigFactory.load()));
  }

  @Test
  void readsHowLargeAnAnswerMayBeThatIsTranslated() {
    InferenceSettings settings =
        InferenceSettings.from(
            ConfigFactory.parseString("remuda.gateway.inference.translated-answer-size = 3 KiB")
                .withFallback(ConfigFactory.load()));

    assertThat(settings.translatedAnswerBytes()).isEqualTo(3072);
    assertThat(settings.heldAnswerBytes()).isEqualTo(64 * 1024);
  }
}
