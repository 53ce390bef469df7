package io.remuda.gateway.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SendingTest {

  private final Sending sending = new Sending();

  @Test
  void ofWhatWasSentNobodySaysThatItWasNot() {
    assertThat(sending.begin()).isTrue();
    assertThat(sending.giveUp()).isFalse();
    assertThat(sending.begin()).as("it is tried again").isTrue();
  }

  @Test
  void whatWasGivenUpIsNeverSent() {
    assertThat(sending.giveUp()).isTrue();
    assertThat(sending.begin()).isFalse();
    assertThat(sending.giveUp()).isTrue();
  }
}
