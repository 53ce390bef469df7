package io.remuda.node.front;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of a worker: its head, then its body in, one piece of JSON out. No byte of a body is
 * held before the head has been let in; bodies have a limit each, one for all, and a time by which
 * they are there.
 */
final class WorkerExchange {
  private static final Logger log = LoggerFactory.getLogger(WorkerExchange.class);

  /** Of a body that nobody wants so much is read and dropped, so that its sender sees why. */
  private static final long MOST_READ = 2L * WorkerCalls.MOST_BYTES;

  private final FrontServer door;
  private final Context context;
  private final HttpServerRequest request;
  private final WorkerCalls.Head head;
  private Buffer body = Buffer.buffer();
  private long read;
  private long held;
  private long deadline;
  private boolean over;

  WorkerExchange(FrontServer door, Context context, HttpServerRequest request) {
    this.door = door;
    this.context = context;
    this.request = request;
    this.head =
        new WorkerCalls.Head(
            request.method().name(),
            request.path(),
            header("authorization"),
            header("x-api-key"),
            door.isKey(request.getHeader(Keys.CLUSTER_KEY_HEADER)),
            isHere(request.remoteAddress(), request.localAddress()));
  }

  void start() {
    request.exceptionHandler(broken -> gone());
    request.response().exceptionHandler(broken -> gone());
    request.response().closeHandler(closed -> gone());
    request.handler(this::onBody);
    request.endHandler(end -> onEnd());
    deadline =
        context
            .owner()
            .setTimer(
                door.front().settings().workerBodyTimeout().toMillis(),
                late -> request.connection().close());
    try {
      objection().ifPresent(this::send);
    } catch (RuntimeException e) {
      send(broken(e));
    }
  }

  private Optional<WorkerCalls.Answer> objection() {
    return request.getHeader("origin") != null
        // A page in a browser on this machine reaches the door too, and nobody asked its user.
        ? refused(ErrorCode.NOT_ALLOWED, "workers are programs; no web page may join")
        : door.pages().workers().objection(head);
  }

  private void onBody(Buffer part) {
    read += part.length();
    if (read > MOST_READ) {
      request.connection().close();
    } else if (over) {
      return;
    } else if (read > WorkerCalls.MOST_BYTES) {
      refused(ErrorCode.TOO_LARGE, "the body is larger than " + WorkerCalls.MOST_BYTES + " bytes")
          .ifPresent(this::send);
    } else if (!door.bodies().take(part.length())) {
      refused(
              ErrorCode.OVERLOADED,
              "this machine is reading as many bodies of workers as it may hold; send it again")
          .ifPresent(this::send);
    } else {
      held += part.length();
      body.appendBuffer(part);
    }
  }

  private void onEnd() {
    context.owner().cancelTimer(deadline);
    if (over) {
      return;
    }
    WorkerCalls.Call call = new WorkerCalls.Call(head, body.toString(StandardCharsets.UTF_8));
    // The call has the body until it is answered, whether its sender waits for that or not.
    long handedOver = held;
    held = 0;
    body = Buffer.buffer();
    // Not on the loop: a schema of some MiB takes a while to read.
    context
        .owner()
        .executeBlocking(() -> door.pages().workers().answer(call), false)
        .onSuccess(
            answering ->
                answering.whenComplete(
                    (answer, failure) ->
                        answered(handedOver, failure == null ? answer : broken(failure))))
        .onFailure(e -> answered(handedOver, broken(e)));
  }

  private void answered(long handedOver, WorkerCalls.Answer answer) {
    door.bodies().give(handedOver);
    context.runOnContext(v -> send(answer));
  }

  private WorkerCalls.Answer broken(Throwable failure) {
    log.error("event=worker-call-failed call=\"{} {}\"", head.method(), head.path(), failure);
    return WorkerCalls.Answer.refused(
        Refused.of(ErrorCode.INTERNAL, "this machine failed to answer; its log says why"));
  }

  private static Optional<WorkerCalls.Answer> refused(ErrorCode code, String sentence) {
    return Optional.of(WorkerCalls.Answer.refused(Refused.of(code, sentence)));
  }

  private void send(WorkerCalls.Answer answer) {
    if (over) {
      return;
    }
    finish();
    request.response().setStatusCode(answer.status());
    if (answer.json().isEmpty()) {
      request.response().end();
    } else {
      request.response().putHeader("content-type", "application/json").end(answer.json() + "\n");
    }
  }

  private void gone() {
    context.owner().cancelTimer(deadline);
    if (!over) {
      finish();
    }
  }

  /** Nothing more of it is held. */
  private void finish() {
    over = true;
    door.bodies().give(held);
    held = 0;
    body = Buffer.buffer();
  }

  private Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeader(name));
  }

  /** A door on an address of this machine is reached from here by that address on both ends. */
  private static boolean isHere(@Nullable SocketAddress theirs, @Nullable SocketAddress ours) {
    if (theirs == null || theirs.hostAddress() == null) {
      return false;
    }
    try {
      return (ours != null && theirs.hostAddress().equals(ours.hostAddress()))
          || InetAddress.getByName(theirs.hostAddress()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
