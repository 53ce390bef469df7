package io.remuda.gateway.typed;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.typed.MediaTypes.Form;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaTypesTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "'',JSON",
        "application/json,JSON",
        "application/json; charset=UTF-8,JSON",
        "application/json; charset=latin1,none",
        "application/vnd.shop+json,JSON",
        "Application/X-Protobuf,PROTOBUF",
        "application/protobuf,PROTOBUF",
        "text/event-stream,none",
        "text/plain,none",
        "multipart/form-data; boundary=x,none"
      })
  void knowsTheFormOfABody(String type, Form form) {
    assertThat(MediaTypes.ofContent(type).orElse(null)).isEqualTo(form);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "'',PROTOBUF",
        "*/*,PROTOBUF",
        "application/json,JSON",
        "'application/json;q=0.5, application/x-protobuf',PROTOBUF",
        "'text/html, application/json;q=0.9, */*;q=0.8',JSON",
        "'application/json, text/event-stream',JSON",
        "text/event-stream,EVENTS",
        "image/png,none",
        "application/json;q=0,none",
        "application/json;q=x,none"
      })
  void choosesWhatTheClientLikesBest(String accept, Form form) {
    assertThat(MediaTypes.ofAnswer(accept, Form.PROTOBUF).orElse(null)).isEqualTo(form);
  }
}
