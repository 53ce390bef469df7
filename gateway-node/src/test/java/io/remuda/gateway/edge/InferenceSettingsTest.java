package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;

/** The sizes of answers, each from its own key. */
class InferenceSettingsTest {

  @Test
  void holdsMoreOfAnAnswerThatIsTranslatedThanOfOneThatIsPassedOn() {
    InferenceSettings shipped = InferenceSettings.from(ConfigFactory.load());

    assertThat(shipped.heldAnswerBytes()).isEqualTo(64 * 1024);
    assertThat(shipped.translatedAnswerBytes()).isEqualTo(32 * 1024 * 1024);
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
