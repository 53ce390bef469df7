package io.remuda.node.front;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.tls.FleetTls;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The machine's door on one event loop. */
final class FrontLoop extends VerticleBase {

  private static final String INSTANCES = "/i/";
  private static final String WORKERS = "/v1/instances";
  private static final String LOGS = "/internal/logs/";
  private static final int DEFAULT_LINES = 100;
  private static final int MAX_LINES = 10_000;

  private final FrontServer door;
  private @Nullable HttpServer server;

  FrontLoop(FrontServer door) {
    this.door = door;
  }

  @Override
  public Future<?> start() {
    HttpServer created =
        vertx
            .createHttpServer(options())
            // A gateway that breaks its connection is noticed by its calls.
            .connectionHandler(connection -> connection.exceptionHandler(e -> {}))
            .requestHandler(this::onRequest);
    server = created;
    return created.listen();
  }

  @Override
  public Future<?> stop() {
    HttpServer running = server;
    return running == null
        ? Future.succeededFuture()
        : running.shutdown(door.front().settings().drainTimeout());
  }

  private HttpServerOptions options() {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(door.host())
            .setPort(door.port())
            .setHttp2ClearTextEnabled(false)
            .setUseAlpn(false)
            .setMaxHeaderSize(32 * 1024)
            .setAcceptBacklog(1024)
            .setTcpNoDelay(true)
            // Nobody speaks WebSocket here: else each message passes a handler that looks for it.
            .setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false)
            .setIdleTimeout(idleSeconds());
    // Clients show no certificate: gateways have the cluster's key, workers and scrapers have none.
    door.tls()
        .ifPresent(
            fleet ->
                options
                    .setSsl(true)
                    .setEnabledSecureTransportProtocols(Set.of(FleetTls.PROTOCOL))
                    .setKeyCertOptions(KeyCertOptions.wrap(fleet.keys())));
    return options;
  }

  /** Longer than any call is silent, so that only connections without one are closed. */
  private int idleSeconds() {
    FrontSettings settings = door.front().settings();
    return (int) settings.silenceTimeout().plus(settings.queueTimeout()).plusMinutes(1).toSeconds();
  }

  private void onRequest(HttpServerRequest request) {
    String path = request.path();
    if (path == null) {
      refuse(request, Refused.of(ErrorCode.INVALID_REQUEST, "the path is malformed"));
    } else if (path.equals("/health")) {
      request.response().end("ok\n");
    } else if (path.equals("/metrics")) {
      request
          .response()
          .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
          .end(door.pages().metrics());
    } else if (path.equals(WORKERS) || path.startsWith(WORKERS + "/")) {
      new WorkerExchange(door, context, request).start();
    } else if (!door.isKey(request.getHeader(Keys.CLUSTER_KEY_HEADER))) {
      refuse(
          request,
          Refused.of(
              ErrorCode.UNAUTHENTICATED,
              "this door is for the cluster's gateways; send the cluster's key, or ask a gateway"));
    } else if (path.startsWith(INSTANCES)) {
      instance(request, path);
    } else if (path.equals("/internal/routes")) {
      request.response().putHeader("content-type", "application/json").end(door.pages().routes());
    } else if (path.startsWith(LOGS)) {
      logs(request, path.substring(LOGS.length()));
    } else {
      refuse(request, Refused.of(ErrorCode.NOT_FOUND, "there is nothing at this address"));
    }
  }

  private void instance(HttpServerRequest request, String path) {
    int slash = path.indexOf('/', INSTANCES.length());
    Optional<InstanceId> id =
        slash < 0 ? Optional.empty() : InstanceId.parse(path.substring(INSTANCES.length(), slash));
    if (id.isEmpty()) {
      refuse(request, Refused.of(ErrorCode.NOT_FOUND, "this is no instance's address"));
      return;
    }
    new FrontExchange(door.front(), context, request, id.get(), path.substring(slash)).start();
  }

  private void logs(HttpServerRequest request, String id) {
    Optional<InstanceId> instance = InstanceId.parse(id);
    if (instance.isEmpty()) {
      refuse(request, Refused.of(ErrorCode.NOT_FOUND, "this is no instance's name"));
      return;
    }
    int lines = tail(request);
    // The log is a file: reading it may wait for the disk.
    vertx
        .executeBlocking(() -> door.pages().logs(instance.get(), lines))
        .onComplete(read -> show(request, read.succeeded() ? read.result() : Optional.empty()));
  }

  private static void show(HttpServerRequest request, Optional<List<String>> lines) {
    if (lines.isEmpty()) {
      refuse(request, Refused.of(ErrorCode.NOT_FOUND, "no such instance is on this machine"));
      return;
    }
    request
        .response()
        .putHeader("content-type", "text/plain; charset=utf-8")
        .end(lines.get().isEmpty() ? "" : String.join("\n", lines.get()) + "\n");
  }

  private static int tail(HttpServerRequest request) {
    String wanted = request.getParam("tail");
    if (wanted == null || !wanted.matches("[0-9]{1,6}")) {
      return DEFAULT_LINES;
    }
    return Math.min(MAX_LINES, Integer.parseInt(wanted));
  }

  private static void refuse(HttpServerRequest request, Refused refused) {
    FrontExchange.refuse(request, refused, false);
  }
}
