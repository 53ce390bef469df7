package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request to a model on the public port: reads its body within the limits, hands it to the
 * {@link InferenceHandler}, and writes the answer no faster than the client reads.
 */
final class Exchange implements AnswerSink {

  /** So much of a body that is too large is read to its end, so that the client sees the answer. */
  private static final long DISCARD_LIMIT = 16L << 20;

  private final EdgeLoop loop;
  private final EdgeConnection connection;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Endpoint endpoint;
  private final Optional<String> model;
  private final CallLease lease;
  private final String requestId;
  private final long started = System.nanoTime();
  private final ArrivingBody body;
  private long received;
  private @Nullable AnswerInProgress answer;
  private Authenticator.@Nullable Decision decision;
  private boolean answered;
  private boolean over;
  private boolean blocked;
  private int silentTicks;
  private int blockedTicks;

  /**
   * @param model where the address names it
   * @param lease as header or address name it
   */
  Exchange(
      EdgeLoop loop,
      EdgeConnection connection,
      HttpServerRequest request,
      Endpoint endpoint,
      Optional<String> model,
      CallLease lease) {
    this.loop = loop;
    this.connection = connection;
    this.request = request;
    this.response = request.response();
    this.endpoint = endpoint;
    this.model = model;
    this.lease = lease;
    this.requestId = RequestIds.of(request);
    this.body = new ArrivingBody(loop.edge().bodies(), loop.edge().settings().maxBodyBytes());
  }

  void start() {
    connection.exchange(this);
    response.closeHandler(v -> gone());
    response.exceptionHandler(e -> gone());
    request.exceptionHandler(e -> gone());
    request.handler(buffer -> onBody(((BufferInternal) buffer).getByteBuf()));
    if (request.method() != HttpMethod.POST) {
      refuse(Refused.of(ErrorCode.METHOD_NOT_ALLOWED, endpoint.path() + " is called with POST"));
      return;
    }
    Authenticator.Decision checked = loop.edge().authenticator().check(token(request), endpoint);
    if (checked.refused().isPresent()) {
      refuse(checked.refused().get());
      return;
    }
    decision = checked;
    Optional<Refused> objection = lease.of(checked.leases()).refused();
    if (objection.isPresent()) {
      refuse(objection.get());
      return;
    }
    Optional<Refused> unfit = BodyRules.beforeItComes(request, settings().maxBodyBytes());
    if (unfit.isPresent()) {
      refuse(unfit.get());
      return;
    }
    if (request.getHeader(HttpHeaders.EXPECT) != null) {
      response.writeContinue();
    }
    connection.expectWithin(settings().bodyTimeout());
    request.endHandler(v -> onBodyEnd());
  }

  /** Called once a second. */
  void tick() {
    AnswerInProgress current = answer;
    if (current == null || over) {
      return;
    }
    current.look();
    if (over) {
      return;
    }
    if (blocked) {
      if (++blockedTicks > settings().stallTimeout().toSeconds()) {
        cut();
        current.cancel();
      }
    } else if (++silentTicks >= settings().keepAliveComment().toSeconds()) {
      current.comment();
      silentTicks = 0;
    }
  }

  void bodyOverdue() {
    refuse(BodyRules.overdue(settings().bodyTimeout()));
    connection.close();
  }

  @Override
  public void whole(int status, List<Map.Entry<String, String>> headers, ByteBuf whole) {
    writeHead(status, headers);
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(whole.readableBytes()));
    response.putHeader(
        RequestIds.PROCESSING_MS, Long.toString((System.nanoTime() - started) / 1_000_000));
    close();
    response.end(BufferInternal.buffer(whole));
  }

  @Override
  public void head(int status, List<Map.Entry<String, String>> headers) {
    writeHead(status, headers);
    response.setChunked(true);
  }

  @Override
  public void bytes(ByteBuf bytes) {
    if (over) {
      bytes.release();
      return;
    }
    silentTicks = 0;
    response.write(BufferInternal.buffer(bytes));
    if (!blocked && response.writeQueueFull()) {
      blocked = true;
      blockedTicks = 0;
      AnswerInProgress current = answer;
      if (current != null) {
        current.pause();
      }
      response.drainHandler(v -> drained());
    }
  }

  @Override
  public void end() {
    if (over) {
      return;
    }
    close();
    response.end();
  }

  @Override
  public void cut() {
    close();
    connection.cut();
  }

  private void drained() {
    blocked = false;
    AnswerInProgress current = answer;
    if (current != null && !over) {
      current.resume();
    }
  }

  private void onBody(ByteBuf part) {
    received += part.readableBytes();
    if (answered) {
      if (received > DISCARD_LIMIT) {
        connection.close();
      }
      return;
    }
    if (received > settings().maxBodyBytes()) {
      refuse(BodyRules.tooLarge(settings().maxBodyBytes()));
      return;
    }
    if (!body.add(part)) {
      refuse(BodyRules.noRoom());
    }
  }

  private void onBodyEnd() {
    if (answered || over) {
      return;
    }
    connection.expectNothing();
    Authenticator.Decision checked = java.util.Objects.requireNonNull(decision);
    answer =
        loop.edge()
            .handler()
            .handle(
                new ClientRequest(
                    endpoint,
                    model,
                    Headers.toEngine(request::getHeader),
                    body.whole(),
                    requestId,
                    checked.models(),
                    wait(request.getHeader(Headers.WAIT)),
                    loop.executor(),
                    lease.token(),
                    Sender.of(
                        checked.key(),
                        checked.tenant(),
                        Optional.ofNullable(request.getHeader(Headers.SESSION)),
                        Optional.ofNullable(request.getHeader(Headers.PRIORITY)))),
                this);
    if (over) {
      answer = null;
    }
  }

  private Optional<Duration> wait(@Nullable String header) {
    return loop.edge().handler().waitBudget(header);
  }

  private EdgeSettings settings() {
    return loop.edge().settings();
  }

  private void refuse(Refused refused) {
    if (answered) {
      return;
    }
    String text = ErrorAnswer.body(refused, endpoint.dialect(), requestId);
    ErrorAnswer.challenge(refused)
        .ifPresent(challenge -> response.putHeader("www-authenticate", challenge));
    whole(
        refused.code().status(),
        ErrorAnswer.headers(refused.code(), Duration.ofSeconds(1)),
        Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
  }

  private void writeHead(int status, List<Map.Entry<String, String>> headers) {
    answered = true;
    response.setStatusCode(status);
    for (Map.Entry<String, String> header : headers) {
      response.putHeader(AnswerNames.hashed(header.getKey()), header.getValue());
    }
    response.putHeader(AnswerNames.hashed(Keys.REQUEST_ID_HEADER), requestId);
    if (endpoint.dialect() == Endpoint.Dialect.ANTHROPIC) {
      response.putHeader("request-id", requestId);
    }
  }

  /** The client has gone; its engine must not go on for nobody. */
  private void gone() {
    if (over) {
      return;
    }
    AnswerInProgress current = answer;
    close();
    if (current != null) {
      current.cancel();
    }
  }

  private void close() {
    over = true;
    answer = null;
    body.release();
    connection.exchange(null);
    connection.expectWithin(settings().idleTimeout());
  }

  static String token(HttpServerRequest request) {
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return authorization.substring(7).strip();
    }
    String key = request.getHeader("x-api-key");
    return key == null ? "" : key;
  }
}
