package io.remuda.protocol.task;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The payload of a task for a model without a schema: the path that is asked, a newline, and the
 * request's body as JSON. Its result is the answer's JSON.
 *
 * @param path such as {@code /v1/chat/completions}
 */
public record UntypedPayload(String path, ByteString body) {

  private static final int LONGEST_PATH = 200;

  public static ByteString of(String path, byte[] body) {
    return ByteString.copyFromUtf8(path + "\n").concat(ByteString.copyFrom(body));
  }

  /** Empty when the payload is of another shape. */
  public static Optional<UntypedPayload> parse(ByteString payload) {
    for (int at = 0; at < Math.min(payload.size(), LONGEST_PATH); at++) {
      if (payload.byteAt(at) == '\n') {
        String path = payload.substring(0, at).toString(StandardCharsets.US_ASCII);
        return path.startsWith("/")
            ? Optional.of(new UntypedPayload(path, payload.substring(at + 1)))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
