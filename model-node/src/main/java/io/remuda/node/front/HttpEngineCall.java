package io.remuda.node.front;

import io.netty.buffer.ByteBuf;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.FrontHeaders;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import io.remuda.protocol.bytes.KeptConnections;
import io.remuda.protocol.id.InstanceId;
import io.vertx.core.Context;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call to an engine that speaks HTTP. Lives on one event loop; after its end or a cancel it
 * tells the sink nothing more.
 */
final class HttpEngineCall implements InferenceCall, KeptConnections.Taker {
  private final Front front;
  private final Context context;
  private final InstanceId instance;
  private final Upstream.Http http;
  private final InferenceRequest request;
  private final InferenceSink sink;
  private final EngineAside aside;
  private KeptConnections.@Nullable Kept line;
  private @Nullable HttpClientRequest outgoing;
  private @Nullable HttpClientResponse incoming;
  private boolean paused;
  private boolean over;
  private boolean sent;
  private boolean again;
  // Whether the engine leaves the connection open after its answer.
  private boolean lasts;

  HttpEngineCall(
      Front front,
      Context context,
      InstanceId instance,
      Upstream.Http http,
      InferenceRequest request,
      InferenceSink sink) {
    this.front = front;
    this.context = context;
    this.instance = instance;
    this.http = http;
    this.request = request;
    this.sink = sink;
    this.aside = new EngineAside(front, context, http, request.path(), sink);
  }

  void start() {
    engine().take(this);
  }

  private KeptConnections engine() {
    return front.clients().to(http.base(), context.owner());
  }

  @Override
  public void failed(Throwable why) {
    fail("does not take connections", true);
  }

  @Override
  public void silent() {
    fail(
        "sent nothing for " + front.settings().silenceTimeout().toSeconds() + " s",
        incoming == null);
  }

  @Override
  public void got(KeptConnections.Kept connection) {
    if (over) {
      connection.giveBack();
      return;
    }
    line = connection;
    connection
        .connection()
        .request(EngineAside.options(http, request.path(), HttpMethod.valueOf(request.method())))
        .onComplete(
            result -> {
              if (result.succeeded()) {
                send(result.result(), connection.wasUsed());
              } else {
                lost(connection.wasUsed(), new HttpClosedException("it was closed meanwhile"));
              }
            });
  }

  private void send(HttpClientRequest call, boolean kept) {
    if (over) {
      return;
    }
    outgoing = call;
    if (!sent) {
      sent = true;
      sink.onSent();
    }
    // What breaks is told by the response's failure.
    call.exceptionHandler(e -> {});
    for (Map.Entry<String, String> header : request.headers()) {
      if (http.told() && header.getKey().equals(FrontHeaders.PROGRESS)) {
        aside.askHowFar(header.getValue());
      } else {
        call.putHeader(header.getKey(), header.getValue());
      }
    }
    call.putHeader(Keys.REQUEST_ID_HEADER, request.requestId());
    for (Map.Entry<String, String> header : http.headers().entrySet()) {
      call.putHeader(header.getKey(), header.getValue());
    }
    if (http.told()) {
      call.putHeader(FrontHeaders.CALL, aside.name());
    }
    ByteBuf body = request.body().duplicate();
    if (!http.servedName().equals(request.model())) {
      body = BodyRewrite.model(body, http.servedName());
    }
    call.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.readableBytes()));
    call.response()
        .onComplete(
            result -> {
              if (result.succeeded()) {
                head(result.result());
              } else {
                lost(kept, result.cause());
              }
            });
    call.end(BufferInternal.buffer(body.retain()));
  }

  /**
   * No answer came. Engines close what is idle, and a loop that was busy or paused learns it only
   * as the next request goes out; whether the engine lives a new connection tells. Once: an engine
   * that ends each connection may do so because of the request.
   */
  private void lost(boolean kept, Throwable cause) {
    boolean closed = cause instanceof HttpClosedException || cause instanceof IOException;
    if (kept && closed && !over && !again) {
      again = true;
      outgoing = null;
      letGo();
      engine().open(this);
    } else {
      fail("closed the connection before its answer", true);
    }
  }

  private void head(HttpClientResponse response) {
    if (over) {
      return;
    }
    aside.askNoMore();
    incoming = response;
    heard();
    lasts =
        response.version() == HttpVersion.HTTP_1_1
            && !"close".equalsIgnoreCase(response.getHeader(HttpHeaders.CONNECTION));
    response.exceptionHandler(e -> fail("died in the middle of its answer", false));
    response.handler(buffer -> bytes(((BufferInternal) buffer).getByteBuf()));
    response.endHandler(v -> end());
    List<Map.Entry<String, String>> headers = new ArrayList<>(4);
    for (String name : FrontHeaders.ANSWER) {
      String value = response.getHeader(name);
      if (value != null) {
        headers.add(Map.entry(name, value));
      }
    }
    if (paused) {
      response.pause();
    }
    sink.onHead(response.statusCode(), headers);
  }

  private void bytes(ByteBuf bytes) {
    if (over) {
      bytes.release();
    } else {
      heard();
      sink.onBytes(bytes);
    }
  }

  private void heard() {
    KeptConnections.Kept current = line;
    if (current != null) {
      current.heard();
    }
  }

  private void end() {
    if (!over) {
      over = true;
      KeptConnections.Kept done = line;
      line = null;
      if (done != null && lasts) {
        done.giveBack();
      } else if (done != null) {
        // An engine of HTTP/1.0 may keep it open, and then nobody else would ever close it.
        done.close();
      }
      sink.onEnd();
    }
  }

  private void fail(String what, boolean safeToRetry) {
    if (!over) {
      cancel();
      sink.onFailure(
          Refused.of(
              ErrorCode.ENGINE_GONE,
              "the engine of " + instance + " " + what + "; send the request again"),
          safeToRetry);
    }
  }

  /** Closes the connection to the engine, which is how engines learn to stop. */
  @Override
  public void cancel() {
    boolean told = over;
    over = true;
    aside.askNoMore();
    HttpClientRequest call = outgoing;
    if (call != null) {
      call.reset();
      if (http.told() && !told) {
        aside.end();
      }
    }
    letGo();
  }

  private void letGo() {
    KeptConnections.Kept broken = line;
    line = null;
    if (broken != null) {
      broken.close();
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
}
