package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.model.Defaults;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is added to a body, and that nothing else of it changes. */
class DefaultFieldsTest {

  private static final Defaults BOTH =
      new Defaults(Map.of("temperature", "0.2", "max_tokens", "64"), Optional.empty());
  private static final Defaults SYSTEM =
      new Defaults(Map.of(), Optional.of("Say \"yes\".\nNo more: ü"));

  @Test
  void whatTheClientDoesNotSayIsAddedAndAllElseStaysByteForByte() {
    assertThat(added(" { \"model\":\"m\",  \"x\": 1.0e0, \"temperature\":1} ", BOTH))
        .hasValue(" {\"max_tokens\":64, \"model\":\"m\",  \"x\": 1.0e0, \"temperature\":1} ");
    assertThat(added("{\"model\":\"m\"}", BOTH))
        .hasValue("{\"max_tokens\":64,\"temperature\":0.2,\"model\":\"m\"}");
  }

  @Test
  void anObjectWithoutFieldsStaysJson() {
    assertThat(added("{ }", BOTH)).hasValue("{\"max_tokens\":64,\"temperature\":0.2 }");
    assertThat(added("{", BOTH)).isEmpty();
  }

  @Test
  void whatTheClientSaysTwiceOrInOtherLettersIsSaid() {
    assertThat(added("{\"temperature\":1,\"max_tok\\u0065ns\":9,\"temperature\":2}", BOTH))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\":\"m\",\"temperature\":null,\"max_tokens\":9}",
        "{\"max_completion_tokens\":9,\"temperature\":0,\"model\":\"m\"}"
      })
  void aBodyThatSaysAllIsNotTouched(String body) {
    assertThat(added(body, BOTH)).isEmpty();
  }

  @Test
  void whatIsSaidDeeperInItDoesNotCount() {
    assertThat(added("{\"model\":\"m\",\"x\":{\"temperature\":1,\"max_tokens\":1}}", BOTH))
        .hasValueSatisfying(
            text -> assertThat(text).startsWith("{\"max_tokens\":64,\"temperature\""));
  }

  @Test
  void aSystemMessageComesFirstWhereThereIsNone() {
    assertThat(added("{\"ü\":1,\"messages\": [ {\"role\":\"user\",\"content\":\"é\"}]}", SYSTEM))
        .hasValue(
            "{\"ü\":1,\"messages\": [{\"role\":\"system\",\"content\":\"Say \\\"yes\\\".\\nNo more: ü\"},"
                + " {\"role\":\"user\",\"content\":\"é\"}]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"content\":\"b\",\"role\":\"system\"}]}",
        "{\"messages\":[{\"role\":\"developer\",\"content\":\"b\"}]}",
        "{\"messages\":[]}",
        "{\"messages\":\"none\"}",
        "{\"model\":\"m\"}"
      })
  void aChatThatHasOneOrHasNoMessagesIsNotTouched(String body) {
    assertThat(added(body, SYSTEM)).isEmpty();
  }

  @Test
  void aCompletionHasNoSystemMessage() {
    ByteBuf body = bytes("{\"messages\":[{\"role\":\"user\"}]}", StandardCharsets.UTF_8);

    assertThat(DefaultFields.added(body, SYSTEM, false)).isEmpty();
  }

  @Test
  void anotherEncodingIsLeftAsItIs() {
    ByteBuf body = bytes("{\"model\":\"m\"}", StandardCharsets.UTF_16LE);

    assertThat(DefaultFields.added(body, BOTH, true)).isEmpty();
  }

  @Test
  void nothingIsLeftBehind() {
    ByteBuf body = bytes("{\"messages\":[{\"role\":\"user\"}]}", StandardCharsets.UTF_8);

    DefaultFields.added(body, SYSTEM, true).orElseThrow().release();

    assertThat(body.refCnt()).isOne();
    assertThat(body.readerIndex()).isZero();
  }

  private static Optional<String> added(String body, Defaults defaults) {
    return DefaultFields.added(bytes(body, StandardCharsets.UTF_8), defaults, true)
        .map(made -> made.toString(StandardCharsets.UTF_8));
  }

  private static ByteBuf bytes(String text, Charset charset) {
    return Unpooled.copiedBuffer(text, charset);
  }
}
