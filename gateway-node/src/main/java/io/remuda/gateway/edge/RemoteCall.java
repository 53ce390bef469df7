package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.FrontHeaders;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import io.remuda.protocol.bytes.KeptConnections;
import io.vertx.core.Context;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One call to another machine's front. It and its sink live on one event loop. */
final class RemoteCall implements InferenceCall, KeptConnections.Taker {

  private final RemotePort port;
  private final RemotePorts ports;
  private final Context loop;
  private final InferenceRequest request;
  private final InferenceSink sink;
  private KeptConnections.@Nullable Kept line;
  private @Nullable HttpClientRequest outgoing;
  private @Nullable HttpClientResponse incoming;
  // Whether the front leaves the connection open after its answer.
  private boolean lasts;
  private boolean headSent;
  private boolean paused;
  private boolean over;

  RemoteCall(
      RemotePort port,
      RemotePorts ports,
      Context loop,
      InferenceRequest request,
      InferenceSink sink) {
    this.port = port;
    this.ports = ports;
    this.loop = loop;
    this.request = request;
    this.sink = sink;
  }

  void start() {
    if (!over) {
      ports.to(port, loop).take(this);
    }
  }

  @Override
  public void failed(Throwable why) {
    fail(gone("does not take connections"), true);
  }

  @Override
  public void silent() {
    long seconds = ports.settings().silenceTimeout().toSeconds();
    fail(gone("sent nothing for " + seconds + " s"), true);
  }

  @Override
  public void got(KeptConnections.Kept connection) {
    if (over) {
      connection.giveBack();
      return;
    }
    line = connection;
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.valueOf(request.method()))
            .setHost(port.host())
            .setPort(port.port())
            .setURI("/i/" + request.instance() + request.path());
    connection
        .connection()
        .request(options)
        .onComplete(
            result -> {
              if (result.succeeded()) {
                send(result.result());
              } else {
                fail(gone("does not take connections"), true);
              }
            });
  }

  @Override
  public void cancel() {
    if (!over) {
      over = true;
      reset();
    }
  }

  @Override
  public void pause() {
    paused = true;
    if (incoming != null) {
      incoming.pause();
    }
  }

  @Override
  public void resume() {
    paused = false;
    if (incoming != null) {
      incoming.resume();
    }
  }

  private void send(HttpClientRequest call) {
    if (over) {
      return;
    }
    outgoing = call;
    // What breaks is told by the response's failure.
    call.exceptionHandler(e -> {});
    for (Map.Entry<String, String> header : request.headers()) {
      call.putHeader(header.getKey(), header.getValue());
    }
    call.putHeader(Keys.CLUSTER_KEY_HEADER, ports.clusterKey());
    call.putHeader(Keys.REQUEST_ID_HEADER, request.requestId());
    call.putHeader(FrontHeaders.MODEL, request.model());
    if (request.stream()) {
      call.putHeader(FrontHeaders.STREAM, "true");
    }
    ByteBuf body = request.body().retainedDuplicate();
    call.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.readableBytes()));
    call.response()
        .onComplete(
            result -> {
              if (result.succeeded()) {
                head(result.result());
              } else {
                fail(gone("closed the connection before its answer"), true);
              }
            });
    call.end(BufferInternal.buffer(body));
  }

  private void head(HttpClientResponse response) {
    if (over) {
      return;
    }
    incoming = response;
    heard();
    response.exceptionHandler(e -> fail(gone("went away in the middle of its answer"), false));
    lasts = !"close".equalsIgnoreCase(response.getHeader(HttpHeaders.CONNECTION));
    String refusal = response.getHeader(FrontHeaders.REFUSED);
    if (refusal != null) {
      refused(response, refusal);
      return;
    }
    response.handler(buffer -> bytes(((BufferInternal) buffer).getByteBuf()));
    response.endHandler(v -> ended());
    if (paused) {
      response.pause();
    }
    List<Map.Entry<String, String>> headers = FrontWords.headers(response);
    int load = FrontWords.load(response);
    if (load >= 0) {
      sink.onLoad(load);
    }
    headSent = true;
    sink.onHead(response.statusCode(), headers);
  }

  /** The front has refused: its body is the sentence. */
  private void refused(HttpClientResponse response, String code) {
    boolean again = "true".equals(response.getHeader(FrontHeaders.RETRY));
    response
        .body()
        .onComplete(
            body -> {
              if (body.succeeded()) {
                giveBack();
              }
              String sentence =
                  body.succeeded()
                      ? body.result().toString(StandardCharsets.UTF_8)
                      : "the machine at " + port.host() + " refused";
              fail(Refused.of(FrontWords.code(code), sentence), again);
            });
  }

  private void bytes(ByteBuf bytes) {
    if (over) {
      bytes.release();
      return;
    }
    heard();
    sink.onBytes(bytes);
  }

  private void ended() {
    if (!over) {
      giveBack();
      over = true;
      sink.onEnd();
    }
  }

  private void fail(Refused reason, boolean safeToRetry) {
    if (over) {
      return;
    }
    over = true;
    reset();
    sink.onFailure(reason, safeToRetry && !headSent);
  }

  private void heard() {
    KeptConnections.Kept current = line;
    if (current != null) {
      current.heard();
    }
  }

  private void giveBack() {
    KeptConnections.Kept done = line;
    line = null;
    if (done != null && lasts) {
      done.giveBack();
    } else if (done != null) {
      done.close();
    }
  }

  private void reset() {
    HttpClientRequest call = outgoing;
    if (call != null) {
      call.reset();
    }
    KeptConnections.Kept broken = line;
    line = null;
    if (broken != null) {
      broken.close();
    }
  }

  private Refused gone(String what) {
    return Refused.of(
        ErrorCode.ENGINE_GONE,
        "the machine of " + request.instance() + " " + what + "; send the request again");
  }
}
