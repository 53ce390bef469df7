package io.remuda.protocol.testing;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The name=value pairs behind an address's question mark. */
final class QueryString {

  private QueryString() {}

  static Map<String, String> parse(@Nullable String query) {
    Map<String, String> pairs = new HashMap<>();
    if (query != null) {
      for (String pair : query.split("&", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
      }
    }
    return pairs;
  }
}
