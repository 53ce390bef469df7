package io.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {

  /** Clients rely on each line: change one only with a reason that they would accept. */
  private static final String TABLE =
      """
      invalid_request 400 invalid_request_error NEVER
      invalid_json 400 invalid_request_error NEVER
      invalid_spec 400 invalid_request_error NEVER
      invalid_model_file 400 invalid_request_error NEVER
      unauthenticated 401 authentication_error NEVER
      not_allowed 403 permission_error NEVER
      model_not_found 404 not_found_error NEVER
      not_found 404 not_found_error NEVER
      schema_conflict 409 conflict_error NEVER
      busy 429 rate_limit_error SOON
      engine_gone 502 server_error SOON
      model_loading 503 server_error LATER
      registry_unavailable 503 server_error LATER
      timed_out 504 server_error NEVER
      waited_too_long 504 server_error SOON
      """;

  @Test
  void whatClientsRelyOnStays() {
    String now =
        Arrays.stream(ErrorCode.values())
            .map(code -> code.code() + " " + code.status() + " " + code.type() + " " + code.retry())
            .collect(Collectors.joining("\n"));

    assertThat(now.lines()).containsAll(TABLE.lines().toList());
  }

  @Test
  void everyCodeIsReadAsItIsWritten() throws Exception {
    ObjectMapper json = new ObjectMapper();
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(json.readValue(json.writeValueAsString(code), ErrorCode.class)).isEqualTo(code);
      assertThat(code.status()).isBetween(400, 599);
      assertThat(code.code()).matches("[a-z_]+");
    }
    assertThatThrownBy(() -> ErrorCode.of("nonsense")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatCannotHelpIsNeverRetried() {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.retry() != ErrorCode.Retry.NEVER) {
        assertThat(code.status()).as(code.code()).isIn(408, 429, 502, 503, 504);
      }
    }
  }
}
