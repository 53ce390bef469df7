package io.remuda.gateway.edge;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.bytes.FrontHeaders;
import io.vertx.core.http.HttpClientResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the head of a front's answer tells. */
final class FrontWords {

  private FrontWords() {}

  /** Those of the engine's headers that a front passes on. */
  static List<Map.Entry<String, String>> headers(HttpClientResponse response) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(4);
    for (String name : FrontHeaders.ANSWER) {
      String value = response.getHeader(name);
      if (value != null) {
        headers.add(Map.entry(name, value));
      }
    }
    return headers;
  }

  /** How many requests the instance has; negative where that is not told, as by older fronts. */
  static int load(HttpClientResponse response) {
    String told = response.getHeader(FrontHeaders.LOAD);
    if (told == null || told.isEmpty() || told.length() >= 10) {
      return -1;
    }
    int load = 0;
    for (int i = 0; i < told.length(); i++) {
      int digit = told.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      load = 10 * load + digit;
    }
    return load;
  }

  /** The code of a refusal; a newer front may have one that is not known here. */
  static ErrorCode code(String name) {
    try {
      return ErrorCode.of(name);
    } catch (IllegalArgumentException e) {
      return ErrorCode.ENGINE_FAILED;
    }
  }
}
