package io.remuda.gateway.edge;

import io.remuda.protocol.Keys;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** The id under which a request is known: the client's own when it is sane, else a random one. */
final class RequestIds {

  static final CharSequence PROCESSING_MS = HttpHeaders.createOptimized("openai-processing-ms");

  private RequestIds() {}

  static String of(HttpServerRequest request) {
    String own = request.getHeader(Keys.REQUEST_ID_HEADER);
    return Headers.isSaneRequestId(own) ? own : fresh();
  }

  /** Random, not secret: it only has to be found again in logs. */
  static String fresh() {
    return "req-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }
}
