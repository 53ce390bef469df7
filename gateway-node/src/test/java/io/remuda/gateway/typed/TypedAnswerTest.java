package io.remuda.gateway.typed;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client hears when an answer cannot be put in its form. */
class TypedAnswerTest {

  /** Notes the end alone. */
  private static final class Noted implements InferenceSink {
    private final List<Refused> failures = new ArrayList<>();
    private int ends;

    @Override
    public void onLoad(int requests) {}

    @Override
    public void onHead(int status, List<Map.Entry<String, String>> headers) {}

    @Override
    public void onBytes(ByteBuf bytes) {
      bytes.release();
    }

    @Override
    public void onEnd() {
      ends++;
    }

    @Override
    public void onFailure(Refused reason, boolean safeToRetry) {
      failures.add(reason);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "application/x-protobuf,JSON",
    "application/x-protobuf,EVENTS",
    "application/x-protobuf-seq,EVENTS"
  })
  void anAnswerThatBreaksWhatTellsItIsAFailureAndNotWaitedForForEver(
      String type, MediaTypes.Form wanted) {
    Noted client = new Noted();
    TypedAnswer answer =
        new TypedAnswer(
            binary -> {
              throw new IllegalStateException("cannot be read");
            },
            wanted,
            Protos.SETTINGS,
            client);

    answer.onHead(200, List.of(Map.entry("content-type", type)));
    answer.onBytes(Unpooled.wrappedBuffer(new byte[] {2, 8, 1}));
    answer.onEnd();

    assertThat(client.ends).isZero();
    assertThat(client.failures).hasSize(1);
    assertThat(client.failures.get(0).code()).isEqualTo(ErrorCode.ENGINE_FAILED);
    assertThat(client.failures.get(0).message()).contains("cannot be put as JSON");
  }
}
