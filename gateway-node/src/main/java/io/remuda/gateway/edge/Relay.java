package io.remuda.gateway.edge;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Passes what is not for models on to the API, with the secret that shows it came through the edge.
 * Bodies go in both directions as they come, no faster than they are read; an event stream is
 * neither held nor cut. A client that goes ends the inner request.
 */
final class Relay {

  /** Carries the secret of this start; whatever a client sends under this name is dropped. */
  public static final String SECRET_HEADER = "x-remuda-relay";

  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "expect",
          "host",
          SECRET_HEADER,
          "x-forwarded-for",
          Keys.REQUEST_ID_HEADER);

  /** Takes files, which may be far larger than anything else. */
  private static final String UPLOADS = "/v1/files";

  private final EdgeServer edge;
  private final HttpClient client;

  Relay(EdgeServer edge, Vertx vertx) {
    this.edge = edge;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setHttp2ClearTextUpgrade(false)
                .setConnectTimeout(2_000)
                .setKeepAliveTimeout(30)
                .setMaxHeaderSize(64 * 1024)
                .setDecompressionSupported(false),
            new PoolOptions().setHttp1MaxSize(1024).setMaxWaitQueueSize(0));
  }

  void relay(HttpServerRequest request, String path, EdgeConnection connection) {
    if (edge.inner().isEmpty()) {
      refuse(
          request, Refused.of(ErrorCode.NOT_FOUND, "there is nothing at this address"), connection);
      return;
    }
    boolean upload = path.equals(UPLOADS) && request.method().equals(HttpMethod.POST);
    long limit = upload ? edge.settings().maxUploadBytes() : edge.settings().maxRelayedBodyBytes();
    if (declaredLength(request) > limit) {
      // Refused here: the API behind closes the connection on such a length instead of answering.
      refuse(request, tooLarge(limit), connection);
      if (declaredLength(request) > limit + RelayedBody.DISCARD_LIMIT) {
        request.connection().close();
      }
      return;
    }
    if (hasBody(request)) {
      connection.expectWithin(
          upload ? edge.settings().uploadTimeout() : edge.settings().bodyTimeout());
    } else {
      connection.expectNothing();
    }
    request.pause();
    EdgeServer.Inner inner = edge.inner().get();
    String requestId = RequestIds.of(request);
    String query = request.query();
    RequestOptions options =
        new RequestOptions()
            .setMethod(request.method())
            .setHost(inner.address().getHostString())
            .setPort(inner.address().getPort())
            .setURI(query == null ? path : path + "?" + query);
    client
        .request(options)
        .onSuccess(call -> send(request, call, inner, requestId, connection, limit))
        .onFailure(e -> refuse(request, apiGone(), connection));
  }

  private void send(
      HttpServerRequest request,
      HttpClientRequest call,
      EdgeServer.Inner inner,
      String requestId,
      EdgeConnection connection,
      long limit) {
    HttpServerResponse response = request.response();
    call.exceptionHandler(e -> {});
    response.closeHandler(v -> call.reset());
    response.exceptionHandler(e -> call.reset());
    copy(request.headers(), call.headers());
    String host = request.getHeader(HttpHeaders.HOST);
    if (host != null) {
      call.putHeader(HttpHeaders.HOST, host);
    }
    call.putHeader(SECRET_HEADER, inner.secret());
    call.putHeader(Keys.REQUEST_ID_HEADER, requestId);
    call.putHeader("x-forwarded-for", request.remoteAddress().hostAddress());
    boolean hasLength = request.getHeader(HttpHeaders.CONTENT_LENGTH) != null;
    call.response()
        .onSuccess(answer -> answer(response, answer, requestId, connection))
        .onFailure(
            e -> {
              if (!response.ended() && !response.headWritten() && !response.closed()) {
                refuse(request, apiGone(), connection);
              }
            });
    if (!hasBody(request)) {
      request.resume();
      call.end();
      return;
    }
    if (request.getHeader(HttpHeaders.EXPECT) != null) {
      response.writeContinue();
    }
    call.setChunked(!hasLength);
    Runnable refusal = () -> refuse(request, tooLarge(limit), connection);
    new RelayedBody(request, call, connection, limit, refusal).start();
  }

  private void answer(
      HttpServerResponse response,
      HttpClientResponse answer,
      String requestId,
      EdgeConnection connection) {
    if (response.ended() || response.closed()) {
      answer.request().reset();
      return;
    }
    response.setStatusCode(answer.statusCode());
    copy(answer.headers(), response.headers());
    response.putHeader(Keys.REQUEST_ID_HEADER, requestId);
    if (answer.getHeader(HttpHeaders.CONTENT_LENGTH) == null && mayHaveBody(answer.statusCode())) {
      response.setChunked(true);
    }
    answer.handler(
        part -> {
          response.write(part);
          if (response.writeQueueFull()) {
            answer.pause();
            response.drainHandler(v -> answer.resume());
          }
        });
    answer.endHandler(
        v -> {
          connection.expectWithin(edge.settings().idleTimeout());
          response.end();
        });
    // A broken answer must look broken: no end is written.
    answer.exceptionHandler(e -> connection.close());
    if (isEvents(answer)) {
      response.writeHead();
    }
  }

  private static boolean isEvents(HttpClientResponse answer) {
    String type = answer.getHeader(HttpHeaders.CONTENT_TYPE);
    return type != null && type.startsWith("text/event-stream");
  }

  private static boolean mayHaveBody(int status) {
    return status >= 200 && status != 204 && status != 304;
  }

  /** Whatever the client still sends or asks has to come in time. */
  private void refuse(HttpServerRequest request, Refused refused, EdgeConnection connection) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.headWritten() || response.closed()) {
      return;
    }
    connection.expectWithin(edge.settings().idleTimeout());
    if (refused.code() == ErrorCode.TOO_LARGE) {
      // The rest is read, within limits, only so that the client gets to see the answer.
      response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      request.endHandler(v -> connection.close());
    }
    String id = RequestIds.of(request);
    ErrorAnswer.headers(refused.code(), Duration.ofSeconds(1))
        .forEach(header -> response.putHeader(header.getKey(), header.getValue()));
    request.resume();
    response
        .setStatusCode(refused.code().status())
        .putHeader(Keys.REQUEST_ID_HEADER, id)
        .end(ErrorAnswer.body(refused, Endpoint.Dialect.OPENAI, id));
  }

  private static Refused tooLarge(long limit) {
    return Refused.of(
        ErrorCode.TOO_LARGE, "the body is larger than " + limit + " bytes; send less");
  }

  private static boolean hasBody(HttpServerRequest request) {
    return request.getHeader(HttpHeaders.CONTENT_LENGTH) != null
        || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
  }

  /** As the client says it; 0 when it says nothing or sends chunks. */
  private static long declaredLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length.trim());
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private static Refused apiGone() {
    return Refused.of(
        ErrorCode.SHUTTING_DOWN, "the gateway's API does not answer; it is starting or stopping");
  }

  private static void copy(MultiMap from, MultiMap to) {
    for (Map.Entry<String, String> header : from) {
      if (!HOP_BY_HOP.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        to.add(header.getKey(), header.getValue());
      }
    }
  }
}
