package io.remuda.node.front;

import io.remuda.node.instance.Upstream;
import io.remuda.protocol.bytes.FrontHeaders;
import io.remuda.protocol.bytes.InferenceSink;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What an engine that is told of its calls is asked about one of them, on a connection of its own:
 * how far it is, and to end it. Lives on one event loop.
 */
final class EngineAside {

  private final Front front;
  private final Context context;
  private final Upstream.Http http;
  private final String path;
  private final InferenceSink sink;
  private final String name;
  private long asking = -1;

  EngineAside(Front front, Context context, Upstream.Http http, String path, InferenceSink sink) {
    this.front = front;
    this.context = context;
    this.http = http;
    this.path = path;
    this.sink = sink;
    this.name = http.told() ? Long.toHexString(ThreadLocalRandom.current().nextLong()) : "";
  }

  /** By which the engine knows the call. */
  String name() {
    return name;
  }

  /** A request to an engine. */
  static RequestOptions options(Upstream.Http http, String path, HttpMethod method) {
    URI base = http.base();
    String prefix = base.getRawPath() == null ? "" : base.getRawPath();
    return new RequestOptions()
        .setMethod(method)
        .setHost(base.getHost())
        .setPort(Upstream.port(base))
        .setSsl(Upstream.isEncrypted(base))
        .setURI(prefix + path);
  }

  /** Tells the sink again and again how far the call is. */
  void askHowFar(String millis) {
    askNoMore();
    try {
      long every = Math.max(1, Long.parseLong(millis));
      asking = context.owner().setPeriodic(every, id -> progress());
    } catch (NumberFormatException e) {
      // Whoever asks so badly is told nothing.
    }
  }

  private void progress() {
    request(HttpMethod.GET)
        .compose(asked -> asked.send())
        .compose(
            answer ->
                answer.statusCode() == 200 ? answer.body() : Future.failedFuture("it has ended"))
        .onSuccess(
            text -> {
              if (asking >= 0) {
                sink.onProgress(Integer.parseInt(text.toString()));
              }
            });
  }

  void askNoMore() {
    if (asking >= 0) {
      context.owner().cancelTimer(asking);
      asking = -1;
    }
  }

  /** Ends the call; in vain when it has just ended, or its engine has. */
  void end() {
    var unused = request(HttpMethod.DELETE).compose(asked -> asked.send());
  }

  private Future<HttpClientRequest> request(HttpMethod method) {
    return front
        .clients()
        .beside(context.owner())
        .request(
            options(http, path, method)
                .setIdleTimeout(front.settings().silenceTimeout().toMillis()))
        .onSuccess(
            asked -> {
              asked.putHeader(FrontHeaders.CALL, name);
              http.headers().forEach(asked::putHeader);
            });
  }
}
