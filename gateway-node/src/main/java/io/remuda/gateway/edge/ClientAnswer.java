package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the client has of its answer so far, and how anything more must be put so that the client
 * can read it: once the head of a stream has gone out, even an error is an event. Lives on one
 * loop.
 */
final class ClientAnswer {

  static final List<Map.Entry<String, String>> STREAM_HEADERS =
      List.of(
          Map.entry("content-type", "text/event-stream; charset=utf-8"),
          Map.entry("cache-control", "no-cache"),
          Map.entry("x-accel-buffering", "no"));

  static final List<Map.Entry<String, String>> LINE_HEADERS =
      List.of(
          Map.entry("content-type", "application/x-ndjson"),
          Map.entry("cache-control", "no-cache"),
          Map.entry("x-accel-buffering", "no"));

  private static final ByteBuf DONE =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer("data: [DONE]\n\n", StandardCharsets.US_ASCII));
  private static final ByteBuf COMMENT =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer(": keep-alive\n\n", StandardCharsets.US_ASCII));

  /** Which way an answer came, as its headers tell. */
  record Way(InstanceId instance, int attempts, long queueMillis, long overheadMillis) {
    private List<Map.Entry<String, String>> with(
        List<Map.Entry<String, String>> headers, List<Map.Entry<String, String>> limits) {
      List<Map.Entry<String, String>> all = new ArrayList<>(headers.size() + 4 + limits.size());
      all.addAll(headers);
      all.addAll(limits);
      all.add(Map.entry(Headers.INSTANCE, instance.toString()));
      all.add(Map.entry(Headers.ATTEMPTS, Integer.toString(attempts)));
      all.add(Map.entry(Headers.QUEUE_MS, Long.toString(queueMillis)));
      all.add(Map.entry(Headers.OVERHEAD_MS, Long.toString(overheadMillis)));
      return all;
    }
  }

  private final ClientRequest request;
  private final AnswerSink sink;
  private List<Map.Entry<String, String>> limits = List.of();
  private boolean headSent;
  private boolean early;
  private boolean streaming;

  ClientAnswer(ClientRequest request, AnswerSink sink) {
    this.request = request;
    this.sink = sink;
  }

  /** What the client is told of its limits, whatever is answered. */
  void limits(List<Map.Entry<String, String>> headers) {
    limits = headers;
  }

  /** Whether the client has been told already that a stream comes, before any engine answered. */
  boolean promisedStream() {
    return early;
  }

  /**
   * A sign of life for a client that waits for a stream; the first one sends the head.
   *
   * @param betweenEvents whether one may stand here
   * @return false when there is no place for it
   */
  boolean comment(boolean betweenEvents) {
    if (inLines() || (headSent && !early && !streaming)) {
      return false;
    }
    promiseStream();
    if (!betweenEvents) {
      return false;
    }
    sink.bytes(COMMENT.duplicate());
    return true;
  }

  /** A comment that says {@code what}, for a client that waits for a stream of which none came. */
  void comment(String what) {
    if (inLines()) {
      return;
    }
    promiseStream();
    sink.bytes(Unpooled.copiedBuffer(": " + what + "\n\n", StandardCharsets.UTF_8));
  }

  private boolean inLines() {
    return request.endpoint().dialect().isInLines();
  }

  private void promiseStream() {
    if (!headSent) {
      headSent = true;
      early = true;
      sink.head(200, and(STREAM_HEADERS));
    }
  }

  void whole(int status, List<Map.Entry<String, String>> headers, Way way, ByteBuf body) {
    headSent = true;
    sink.whole(status, way.with(headers, limits), body);
  }

  /** An engine's error for a client that was promised a stream. Releases {@code body}. */
  void errorAsEvent(ByteBuf body) {
    String event =
        ErrorAnswer.event(body.toString(StandardCharsets.UTF_8), request.endpoint().dialect());
    sink.bytes(Unpooled.copiedBuffer(event, StandardCharsets.UTF_8));
    body.release();
    sink.end();
  }

  /** The engine's head, unless the client has got one already. */
  void head(int status, List<Map.Entry<String, String>> headers, Way way, boolean events) {
    streaming = events;
    if (!early) {
      headSent = true;
      sink.head(status, way.with(headers, limits));
    }
  }

  void bytes(ByteBuf bytes) {
    sink.bytes(bytes);
  }

  void end(boolean addDone) {
    if (addDone) {
      sink.bytes(DONE.duplicate());
    }
    sink.end();
  }

  /** Ends an answer whose beginning was sent. */
  void breakOff(Refused reason, boolean events, boolean betweenEvents) {
    if (!events) {
      sink.cut();
      return;
    }
    String event = ErrorAnswer.event(reason, request.endpoint().dialect(), request.requestId());
    String text = betweenEvents ? event : (inLines() ? "\n" : "\n\n") + event;
    sink.bytes(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    sink.end();
  }

  private List<Map.Entry<String, String>> and(List<Map.Entry<String, String>> headers) {
    if (limits.isEmpty()) {
      return headers;
    }
    List<Map.Entry<String, String>> all = new ArrayList<>(headers);
    all.addAll(limits);
    return all;
  }

  /** The whole answer is a refusal, in the form that what was sent so far allows. */
  void refuse(Refused refused, String param, Duration retryAfter) {
    if (headSent) {
      breakOff(refused, true, true);
      return;
    }
    headSent = true;
    String body =
        ErrorAnswer.body(refused, param, request.endpoint().dialect(), request.requestId());
    sink.whole(
        refused.code().status(),
        and(ErrorAnswer.headers(refused.code(), retryAfter)),
        Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
  }
}
