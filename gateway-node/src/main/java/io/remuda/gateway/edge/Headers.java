package io.remuda.gateway.edge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which headers pass the byte path in either direction: the few on these lists, none beside. */
public final class Headers {

  public static final String INSTANCE = "x-remuda-instance";

  /** How long the client wants to be held while its model loads, in seconds. */
  public static final String WAIT = "x-remuda-wait";

  /** Requests of one session are best served where the last one of it was. */
  public static final String SESSION = "x-remuda-session";

  /** How urgent a request is that has to wait: high, normal or low. */
  public static final String PRIORITY = "x-remuda-priority";

  /** On an answer: milliseconds for which its request waited in line. */
  static final String QUEUE_MS = "x-remuda-queue-ms";

  /** On an answer: milliseconds that the gateway itself took until the answer began. */
  static final String OVERHEAD_MS = "x-remuda-overhead-ms";

  /** On an answer: how many times its request was sent to an instance. */
  static final String ATTEMPTS = "x-remuda-attempts";

  private static final String CONTENT_TYPE = "content-type";

  private static final String[] TO_ENGINES = {
    CONTENT_TYPE, "accept", "traceparent", "tracestate", "anthropic-version", "anthropic-beta"
  };

  private static final Set<String> FROM_ENGINES =
      Set.of(CONTENT_TYPE, "retry-after", "retry-after-ms", "x-should-retry");

  private Headers() {}

  /** What an engine sees of a client's headers. */
  public static List<Map.Entry<String, String>> toEngine(
      Function<String, @Nullable String> header) {
    List<Map.Entry<String, String>> passed = new ArrayList<>(4);
    for (String name : TO_ENGINES) {
      String value = header.apply(name);
      if (value != null) {
        passed.add(Map.entry(name, value));
      }
    }
    return passed;
  }

  /** What a client sees of an engine's headers. */
  static List<Map.Entry<String, String>> fromEngine(List<Map.Entry<String, String>> headers) {
    List<Map.Entry<String, String>> passed = new ArrayList<>(4);
    for (Map.Entry<String, String> header : headers) {
      if (FROM_ENGINES.contains(header.getKey())) {
        passed.add(header);
      }
    }
    return passed;
  }

  /** All addresses answer JSON where they say nothing else; some engines call it plain text. */
  static List<Map.Entry<String, String>> withType(List<Map.Entry<String, String>> headers) {
    String type = value(headers, CONTENT_TYPE);
    if (!type.isEmpty() && !type.startsWith("text/plain")) {
      return headers;
    }
    List<Map.Entry<String, String>> typed = new ArrayList<>(headers);
    typed.removeIf(header -> header.getKey().equals(CONTENT_TYPE));
    typed.add(Map.entry(CONTENT_TYPE, "application/json"));
    return typed;
  }

  /** The value of a header by its lower-case name; empty when it is not there. */
  static String value(List<Map.Entry<String, String>> headers, String name) {
    for (Map.Entry<String, String> header : headers) {
      if (header.getKey().equals(name)) {
        return header.getValue();
      }
    }
    return "";
  }

  /** Whether a client's own request id may be echoed. */
  public static boolean isSaneRequestId(@Nullable String id) {
    if (id == null || id.isEmpty() || id.length() > 128) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean sane =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '_'
              || c == '.'
              || c == ':';
      if (!sane) {
        return false;
      }
    }
    return true;
  }
}
