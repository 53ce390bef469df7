package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.ErrorCode;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelRewriteTest {

  private static ByteBuf bytes(String text, Charset charset) {
    return Unpooled.copiedBuffer(text, charset);
  }

  private static String rewritten(ByteBuf body) {
    ByteBuf renamed = ModelRewrite.of(body, "chat-v2").body().orElseThrow();
    String text = renamed.toString(StandardCharsets.UTF_8);
    renamed.release();
    assertThat(body.refCnt()).isEqualTo(1);
    return text;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"model\":\"chat\"}|{\"model\":\"chat-v2\"}",
        "{ \"a\" : {\"model\":\"chat\"}, \"model\" :  \"chat\" , \"b\":[1.50, \"model\"]}"
            + "|{ \"a\" : {\"model\":\"chat\"}, \"model\" :  \"chat-v2\" , \"b\":[1.50, \"model\"]}",
        "{\"a\":\"ünï😀\",\"model\":\"c\\u0068at\",\"b\":\"\\u00e9\"}"
            + "|{\"a\":\"ünï😀\",\"model\":\"chat-v2\",\"b\":\"\\u00e9\"}",
        "{\"messages\":[{\"content\":\"a \\\"model\\\": b\"}],\"model\":\"x\"}"
            + "|{\"messages\":[{\"content\":\"a \\\"model\\\": b\"}],\"model\":\"chat-v2\"}",
      })
  void anotherNameIsInItsPlaceAndAllElseAsItCame(String body, String expected) {
    ByteBuf heap = bytes(body, StandardCharsets.UTF_8);
    assertThat(rewritten(heap)).isEqualTo(expected);

    ByteBuf direct = Unpooled.directBuffer().writeBytes(heap.duplicate());
    assertThat(rewritten(direct)).isEqualTo(expected);
    direct.release();
  }

  @Test
  void aBodyInTheMiddleOfItsBufferAndALongOneAreRenamedToo() {
    String padding = "x".repeat(100_000);
    String before = "{\"text\":\"" + padding + "\",\"model\":\"";
    ByteBuf body = bytes("####" + before + "chat\"}", StandardCharsets.UTF_8).skipBytes(4);

    assertThat(rewritten(body)).isEqualTo(before + "chat-v2\"}");
    assertThat(rewritten(Unpooled.directBuffer().writeBytes(body.duplicate())))
        .isEqualTo(before + "chat-v2\"}");
  }

  @Test
  void whatIsNotUtf8IsRefusedWhereItsNameHasToBeReplaced() {
    ByteBuf body = bytes("{\"model\":\"chat\"}", StandardCharsets.UTF_16BE);

    assertThat(ModelRewrite.of(body, "chat-v2").refused().orElseThrow().code())
        .isEqualTo(ErrorCode.INVALID_JSON);
    assertThat(body.refCnt()).isEqualTo(1);
  }
}
