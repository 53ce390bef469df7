package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import org.junit.jupiter.api.Test;

/** How often a request goes out, waits between included. */
class TriesTest {

  private static final Refused BUSY = Refused.of(ErrorCode.BUSY, "all slots are taken");
  private static final Refused GONE = Refused.of(ErrorCode.ENGINE_GONE, "its engine ended");

  private final InferenceSettings settings = InferenceSettings.from(ConfigFactory.load());
  private final Tries tries = new Tries(settings);

  @Test
  void aWaitMakesUpForRefusals() {
    for (int i = 0; i < settings.attempts(); i++) {
      goOut(BUSY);
    }
    assertThat(tries.mayGoOn()).isFalse();

    tries.anew();

    assertThat(tries.mayGoOn()).isTrue();
    assertThat(tries.mayWait()).isTrue();
  }

  @Test
  void aRequestThatEndsEnginesDoesNotGetTheNextOnesByWaiting() {
    for (int i = 0; i < settings.attempts(); i++) {
      assertThat(tries.mayWait()).isTrue();
      goOut(GONE);
      tries.anew();
    }

    assertThat(tries.mayWait()).isFalse();
    assertThat(tries.mayGoOn()).isFalse();
  }

  @Test
  void anotherModelIsWorthAsManyTriesAsTheFirstAndNoThirdOneIs() {
    for (int i = 0; i < settings.attempts(); i++) {
      goOut(GONE);
    }
    assertThat(tries.mayWait()).isFalse();
    assertThat(tries.mayGoElsewhere()).isTrue();

    tries.elsewhere();

    for (int i = 0; i < settings.attempts(); i++) {
      assertThat(tries.mayGoOn()).isTrue();
      goOut(GONE);
    }
    assertThat(tries.mayGoOn()).isFalse();
    assertThat(tries.mayGoElsewhere()).isFalse();
  }

  @Test
  void whatWasFullBeforeTheWaitIsNotToldAfterIt() {
    goOut(BUSY);
    assertThat(tries.toTell(GONE)).isEqualTo(BUSY);

    tries.anew();

    assertThat(tries.toTell(GONE)).isEqualTo(GONE);
  }

  @Test
  void whyItGoesOutOnceMoreIsKnownUntilItDoesAndNotOfAnotherModel() {
    assertThat(tries.again()).isEmpty();

    goOut(GONE);
    assertThat(tries.again()).hasValue("engine_gone");
    tries.count();
    assertThat(tries.again()).isEmpty();

    tries.ended(BUSY);
    tries.anew();
    assertThat(tries.again()).as("a wait is no news").hasValue("busy");
    tries.elsewhere();
    assertThat(tries.again()).isEmpty();
  }

  private void goOut(Refused ended) {
    tries.count();
    tries.ended(ended);
  }
}
