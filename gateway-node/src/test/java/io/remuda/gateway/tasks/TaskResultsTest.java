package io.remuda.gateway.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.remuda.gateway.typed.Decoded;
import io.remuda.gateway.typed.TypedCodec;
import io.remuda.protocol.task.ResultSequence;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TaskResultsTest {

  /** Of messages that are text. */
  private static final TypedCodec QUOTES =
      new TypedCodec() {
        @Override
        public String fingerprint() {
          return "f";
        }

        @Override
        public Decoded toBinary(String contentType, byte[] body) {
          throw new UnsupportedOperationException();
        }

        @Override
        public byte[] toJson(ByteString message) {
          return ("\"" + message.toStringUtf8() + "\"").getBytes(StandardCharsets.UTF_8);
        }
      };

  private static String json(ByteString result) {
    return new String(TaskResults.json(QUOTES, result), StandardCharsets.UTF_8);
  }

  @Test
  void aSingleMessageIsItself() {
    ByteString one = ByteString.copyFromUtf8("one");

    assertThat(json(one)).isEqualTo("\"one\"");
    assertThat(TaskResults.sequence(one)).isEmpty();
  }

  @Test
  void manyAreAnArrayAndASequence() throws Exception {
    ByteString answered = ByteString.copyFromUtf8("\u0003one\u0000\u0003two");
    ByteString many = ResultSequence.of(answered);

    assertThat(json(many)).isEqualTo("[\"one\",\"\",\"two\"]");
    assertThat(TaskResults.sequence(many)).contains(answered.toByteArray());
    assertThat(json(ResultSequence.of(ByteString.EMPTY))).isEqualTo("[]");
  }
}
