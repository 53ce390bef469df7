package io.remuda.gateway.edge;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.remuda.protocol.tls.PublicTls;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.KeyCertOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The public port on one event loop: its connections, their deadlines, and where requests go. */
final class EdgeLoop extends VerticleBase {

  private static final long TICK_MILLIS = 1000;
  private static final int MAX_URI = 8 * 1024;

  private final EdgeServer edge;
  private final Map<HttpConnection, EdgeConnection> connections = new HashMap<>();
  private @Nullable HttpServer server;
  private @Nullable Relay relay;
  private Executor executor = Runnable::run;

  EdgeLoop(EdgeServer edge) {
    this.edge = edge;
  }

  @Override
  public Future<?> start() {
    executor = new LoopExecutor(context);
    relay = new Relay(edge, vertx);
    HttpServer created =
        vertx
            .createHttpServer(options())
            .connectionHandler(this::onConnection)
            .invalidRequestHandler(this::onInvalid)
            .requestHandler(this::onRequest);
    server = created;
    vertx.setPeriodic(TICK_MILLIS, id -> tick());
    return created.listen();
  }

  private HttpServerOptions options() {
    HttpServerOptions options =
        new HttpServerOptions()
            .setMaxHeaderSize(edge.settings().maxHeaderBytes())
            .setMaxInitialLineLength(MAX_URI)
            .setHttp2ClearTextEnabled(false)
            .setUseAlpn(false)
            .setAcceptBacklog(1024)
            .setTcpNoDelay(true)
            .setCompressionSupported(false)
            .setDecompressionSupported(false)
            // Nobody speaks WebSocket here: else each message passes a handler that looks for it.
            .setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false)
            .setPort(edge.port())
            .setHost(edge.settings().host());
    edge.encryption()
        .ifPresent(
            encryption -> {
              options
                  .setSsl(true)
                  .setEnabledSecureTransportProtocols(new LinkedHashSet<>(PublicTls.PROTOCOLS))
                  .setSslEngineOptions(new CountedTls(edge))
                  .setKeyCertOptions(KeyCertOptions.wrap(encryption.tls().keys()))
                  .setSslHandshakeTimeout(encryption.handshakeTimeout().toMillis())
                  .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
              PublicTls.SUITES.forEach(options::addEnabledCipherSuite);
            });
    return options;
  }

  @Override
  public Future<?> stop() {
    HttpServer running = server;
    return running == null
        ? Future.succeededFuture()
        : running.shutdown(edge.settings().drainTimeout());
  }

  EdgeServer edge() {
    return edge;
  }

  Executor executor() {
    return executor;
  }

  private void onConnection(HttpConnection connection) {
    if (!edge.admit()) {
      connection.close();
      return;
    }
    connections.put(connection, new EdgeConnection(connection, edge.settings().headerTimeout()));
    // A client that breaks its connection is noticed by its exchange; a log line adds nothing.
    connection.exceptionHandler(e -> {});
    connection.closeHandler(
        v -> {
          if (connections.remove(connection) != null) {
            edge.leave();
          }
        });
  }

  private void tick() {
    long now = System.nanoTime();
    for (EdgeConnection connection : new ArrayList<>(connections.values())) {
      connection.tick(now);
    }
  }

  private void onRequest(HttpServerRequest request) {
    EdgeConnection connection = connections.get(request.connection());
    if (connection == null) {
      request.connection().close();
      return;
    }
    if (request.version() == HttpVersion.HTTP_1_1
        ? request.headers().getAll(HttpHeaders.HOST).size() != 1
        : request.headers().getAll(HttpHeaders.HOST).size() > 1) {
      refuse(request, Refused.of(ErrorCode.INVALID_REQUEST, "send exactly one Host header"));
      return;
    }
    String raw = request.path();
    Optional<String> path = raw == null ? Optional.empty() : Paths.canonical(raw);
    if (path.isEmpty()) {
      refuse(request, Refused.of(ErrorCode.INVALID_REQUEST, "the path is malformed"));
      return;
    }
    LeaseAddress address = LeaseAddress.of(path.get());
    Optional<Endpoint> endpoint = Endpoint.of(address.path());
    Optional<String> model =
        endpoint.isPresent() ? Optional.empty() : Endpoint.modelIn(address.path());
    if (endpoint.isPresent() || model.isPresent()) {
      Endpoint asked = endpoint.orElseGet(() -> Endpoint.typed(address.path()));
      CallLease lease = CallLease.of(address.token(), request.headers().getAll(Keys.LEASE_HEADER));
      new Exchange(this, connection, request, asked, model, lease).start();
    } else {
      java.util.Objects.requireNonNull(relay).relay(request, address.path(), connection);
    }
  }

  private void onInvalid(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    Refused refused =
        cause instanceof TooLongHttpHeaderException || cause instanceof TooLongHttpLineException
            ? Refused.of(
                ErrorCode.HEADERS_TOO_LARGE,
                "the request's line or headers are larger than %d bytes"
                    .formatted(edge.settings().maxHeaderBytes()))
            : Refused.of(ErrorCode.INVALID_REQUEST, "this is no well-formed HTTP/1.1 request");
    refuse(request, refused);
  }

  /** Answers and closes: what follows on such a connection cannot be trusted. */
  static void refuse(HttpServerRequest request, Refused refused) {
    String id = RequestIds.fresh();
    ErrorAnswer.headers(refused.code(), Duration.ofSeconds(1))
        .forEach(header -> request.response().putHeader(header.getKey(), header.getValue()));
    request
        .response()
        .setStatusCode(refused.code().status())
        .putHeader(Keys.REQUEST_ID_HEADER, id)
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .end(ErrorAnswer.body(refused, Endpoint.Dialect.OPENAI, id))
        .onComplete(done -> request.connection().close());
  }

  /** Runs at once when already on the loop, so that answers keep their order and cost no hop. */
  private record LoopExecutor(Context context) implements Executor {
    @Override
    public void execute(Runnable task) {
      if (io.vertx.core.Vertx.currentContext() == context) {
        task.run();
      } else {
        context.runOnContext(v -> task.run());
      }
    }
  }
}
