package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyScanTest {

  @Test
  void findsTheModelAndTheStream() {
    assertThat(
            BodyScan.of(bytes("{\"a\":{\"model\":\"x\"},\"model\":\"m\",\"stream\":true}")).scan())
        .hasValue(new BodyScan("m", true, -1, false, Optional.of("a")));
    assertThat(BodyScan.of(bytes("{\"stream\":null,\"model\":\"m\\u0041\"}")).scan())
        .hasValue(new BodyScan("mA", false));
  }

  @Test
  void takesANullForNothingSaid() {
    ByteBuf silent = bytes("{\"model\":\"m\",\"stream\":null}");

    assertThat(BodyScan.of(silent, true).scan()).hasValue(new BodyScan("m", true));
    assertThat(BodyScan.of(silent, false).scan()).hasValue(new BodyScan("m", false));
    assertThat(BodyScan.of(bytes("{\"model\":\"m\",\"stream\":false}"), true).scan())
        .hasValue(new BodyScan("m", false));
  }

  @Test
  void leavesTheBodyAsItIsAndReadsDirectMemoryToo() {
    ByteBuf direct = Unpooled.directBuffer();
    direct.writeBytes(bytes("{\"model\":\"m\"}"));

    assertThat(BodyScan.of(direct).scan()).hasValue(new BodyScan("m", false));
    assertThat(direct.readableBytes()).isEqualTo(13);
    direct.release();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "\"model\"",
        "{}",
        "{\"model\":1}",
        "{\"model\":\"\"}",
        "{\"model\":\"a\",\"model\":\"b\"}",
        "{\"model\":\"a\",\"stream\":\"yes\"}"
      })
  void refusesWhatNamesNoModel(String body) {
    assertThat(refusal(body).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"model\":\"a\"",
        "{\"model\":\"a\"} {}",
        "{\"model\":\"a\"}}",
        "{'model':'a'}",
        "{\"model\":\"a\",}",
        "{\"model\":\"a\",\"x\":NaN}",
        "{\"model\":\"a\nb\"}"
      })
  void refusesWhatIsNoJson(String body) {
    assertThat(refusal(body).code()).isEqualTo(ErrorCode.INVALID_JSON);
  }

  @Test
  void saysWhereTheJsonBreaks() {
    assertThat(refusal("{\"model\":\"a\",\n  oops}").message()).contains("line 2, column");
  }

  @Test
  void refusesNestingThatIsTooDeep() {
    String allowed = "[".repeat(63) + "]".repeat(63);
    String deep = "[".repeat(70) + "]".repeat(70);

    assertThat(BodyScan.of(bytes("{\"model\":\"m\",\"x\":" + allowed + "}")).scan()).isPresent();
    assertThat(refusal("{\"model\":\"m\",\"x\":" + deep + "}").message()).contains("64 levels");
  }

  @Test
  void refusesTextThatIsNotUtf8() {
    ByteBuf body = Unpooled.copiedBuffer("{\"model\":\"m\",\"x\":\"", StandardCharsets.UTF_8);
    ByteBuf broken = Unpooled.buffer().writeBytes(body).writeByte(0xC3).writeByte(0x28);
    broken.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));

    assertThat(BodyScan.of(broken).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.INVALID_JSON);
    assertThat(refusal("\u0000").code()).isEqualTo(ErrorCode.INVALID_JSON);
  }

  private static Refused refusal(String body) {
    return BodyScan.of(bytes(body)).refused().orElseThrow();
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }
}
