package io.remuda.node.front;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.FrontHeaders;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import io.remuda.protocol.id.InstanceId;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One call of a gateway over HTTP: its body in, the engine's answer out. */
final class FrontExchange implements InferenceSink {

  /** Complete answers up to this size leave in one piece. */
  private static final int HELD = 64 * 1024;

  private static final List<String> OWN =
      List.of(
          Keys.CLUSTER_KEY_HEADER,
          Keys.REQUEST_ID_HEADER,
          FrontHeaders.MODEL,
          FrontHeaders.STREAM,
          // Only this machine's own tasks ask for it.
          FrontHeaders.PROGRESS,
          "host",
          "content-length",
          "connection",
          "transfer-encoding",
          "expect");

  private final Front front;
  private final Context context;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final InstanceId instance;
  private final String path;
  private @Nullable ByteBuf body;
  private @Nullable InferenceCall call;
  private @Nullable ByteBuf held;
  private boolean holding;
  private boolean headSent;
  private boolean over;

  FrontExchange(
      Front front, Context context, HttpServerRequest request, InstanceId instance, String path) {
    this.front = front;
    this.context = context;
    this.request = request;
    this.response = request.response();
    this.instance = instance;
    this.path = path;
  }

  void start() {
    response.closeHandler(v -> gone());
    response.exceptionHandler(e -> gone());
    request.exceptionHandler(e -> gone());
    request.handler(buffer -> onBody(((BufferInternal) buffer).getByteBuf()));
    request.endHandler(v -> onBodyEnd());
  }

  @Override
  public void onLoad(int requests) {
    if (!over) {
      response.putHeader(FrontHeaders.LOAD, Integer.toString(requests));
    }
  }

  @Override
  public void onHead(int status, List<Map.Entry<String, String>> headers) {
    if (over) {
      return;
    }
    response.setStatusCode(status);
    String type = "";
    boolean sized = false;
    for (Map.Entry<String, String> header : headers) {
      response.putHeader(header.getKey(), header.getValue());
      if (header.getKey().equals("content-type")) {
        type = header.getValue();
      } else if (header.getKey().equals("content-length")) {
        sized = true;
      }
    }
    holding = sized && !type.startsWith("text/event-stream");
    if (!sized) {
      response.setChunked(true);
    }
    headSent = true;
    if (!holding) {
      response.writeHead();
    }
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    if (over) {
      bytes.release();
      return;
    }
    if (holding) {
      ByteBuf all = collect(bytes);
      if (all.readableBytes() <= HELD) {
        return;
      }
      holding = false;
      held = null;
      write(all);
    } else {
      write(bytes);
    }
  }

  @Override
  public void onEnd() {
    if (over) {
      return;
    }
    ByteBuf rest = held;
    close();
    if (rest == null) {
      response.end();
    } else {
      response.end(BufferInternal.buffer(rest));
    }
  }

  @Override
  public void onFailure(Refused reason, boolean safeToRetry) {
    if (over) {
      return;
    }
    close();
    if (headSent && response.headWritten()) {
      // The gateway must see that the answer is not complete.
      request.connection().close();
    } else {
      response.headers().clear();
      response.setChunked(false);
      // Of an answer that was held here nobody has seen anything; but what comes under a lease is
      // for the instance that it holds, and no other.
      boolean leased = request.getHeader(Keys.LEASE_HEADER) != null;
      refuse(request, reason, safeToRetry || headSent && !leased);
    }
  }

  static void refuse(HttpServerRequest request, Refused refused, boolean safeToRetry) {
    request
        .response()
        .setStatusCode(refused.code().status())
        .putHeader("content-type", "text/plain; charset=utf-8")
        .putHeader(FrontHeaders.REFUSED, refused.code().code())
        .putHeader(FrontHeaders.RETRY, Boolean.toString(safeToRetry))
        .end(refused.message());
  }

  private void write(ByteBuf bytes) {
    response.write(BufferInternal.buffer(bytes));
    if (response.writeQueueFull()) {
      InferenceCall running = call;
      if (running != null) {
        running.pause();
        response.drainHandler(
            v -> {
              if (!over) {
                running.resume();
              }
            });
      }
    }
  }

  private void onBody(ByteBuf part) {
    if (over) {
      return;
    }
    ByteBuf all = body;
    body = all == null ? part : join(all, part);
    if (body.readableBytes() > front.settings().maxBodyBytes()) {
      close();
      body = null;
      refuse(
          request,
          Refused.of(
              ErrorCode.TOO_LARGE,
              "the body is larger than " + front.settings().maxBodyBytes() + " bytes"),
          false);
    }
  }

  private void onBodyEnd() {
    if (over) {
      return;
    }
    ByteBuf all = body == null ? Unpooled.EMPTY_BUFFER : body;
    InferenceCall started =
        front.call(
            new InferenceRequest(
                instance,
                request.method().name(),
                path,
                headers(),
                all,
                header(FrontHeaders.MODEL, instance.model().value()),
                header(Keys.REQUEST_ID_HEADER, ""),
                request.getHeader(FrontHeaders.STREAM) != null,
                task -> context.runOnContext(v -> task.run())),
            this);
    if (!over) {
      call = started;
    }
  }

  private List<Map.Entry<String, String>> headers() {
    List<Map.Entry<String, String>> passed = new ArrayList<>(4);
    for (Map.Entry<String, String> header : request.headers()) {
      String name = header.getKey().toLowerCase(java.util.Locale.ROOT);
      if (!OWN.contains(name)) {
        passed.add(Map.entry(name, header.getValue()));
      }
    }
    return passed;
  }

  private String header(String name, String otherwise) {
    String value = request.getHeader(name);
    return value == null ? otherwise : value;
  }

  /** The gateway has gone, and with it the client. */
  private void gone() {
    if (over) {
      return;
    }
    InferenceCall running = call;
    close();
    if (running != null) {
      running.cancel();
    }
  }

  private void close() {
    over = true;
    call = null;
    held = null;
  }

  private ByteBuf collect(ByteBuf bytes) {
    ByteBuf all = held;
    held = all == null ? bytes : join(all, bytes);
    return held;
  }

  private static ByteBuf join(ByteBuf all, ByteBuf more) {
    if (all.isWritable(more.readableBytes())) {
      return all.writeBytes(more);
    }
    ByteBuf grown = Unpooled.buffer(2 * (all.readableBytes() + more.readableBytes()));
    return grown.writeBytes(all).writeBytes(more);
  }
}
