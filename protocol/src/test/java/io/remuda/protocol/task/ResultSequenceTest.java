package io.remuda.protocol.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ResultSequenceTest {

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  @Test
  void keepsTheMessagesInTheirOrder() throws Exception {
    ByteString result = ResultSequence.of(bytes("020801" + "00" + "020802"));

    assertThat(ResultSequence.parse(result))
        .hasValueSatisfying(
            all -> assertThat(all).containsExactly(bytes("0801"), ByteString.EMPTY, bytes("0802")));
  }

  @Test
  void noMessagesAreASequenceTooAndTheFirstVersionIsRead() throws Exception {
    assertThat(ResultSequence.of(ByteString.EMPTY)).isEqualTo(bytes("f0ffffff0f01"));
    assertThat(ResultSequence.parse(bytes("f0ffffff0f01")).orElseThrow()).isEmpty();
    assertThat(ResultSequence.parse(bytes("f0ffffff0f01faffffff0f020801")).orElseThrow())
        .containsExactly(bytes("0801"));
  }

  @Test
  void aSingleMessageIsNoSequence() {
    assertThat(ResultSequence.parse(ByteString.EMPTY)).isEmpty();
    assertThat(ResultSequence.parse(bytes("0801"))).isEmpty();
  }

  @Test
  void refusesAnAnswerThatEndsWithinAMessage() {
    assertThatThrownBy(() -> ResultSequence.of(bytes("0208")))
        .isInstanceOf(InvalidProtocolBufferException.class);
  }
}
