package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One try of a request on one instance. Streams are passed on as they come, their head with their
 * first bytes; small answers are held until they are complete; errors are brought into the shape
 * that clients read.
 */
final class Attempt implements InferenceSink {

  private static final int MAX_ERROR_BYTES = 64 * 1024;

  private enum Mode {
    /** No head yet. */
    WAITING,
    /** The head of a stream; engines send it before they work, so that it is worth nothing yet. */
    OPENED,
    /** Events go to the client as they come. */
    STREAMING,
    /** A complete answer is collected. */
    HOLDING,
    /** An answer that is too large to hold goes to the client as it comes. */
    PASSING,
    /** An engine's error is collected. */
    ERROR
  }

  private final Inference inference;
  private final Target target;
  private @Nullable InferenceCall call;
  private Mode mode = Mode.WAITING;
  private int status;
  private List<Map.Entry<String, String>> headers = List.of();
  private final HeldBytes held = new HeldBytes();
  private @Nullable StreamGuard guard;
  private boolean done;
  private long sentAt;

  Attempt(Inference inference, Target target) {
    this.inference = inference;
    this.target = target;
  }

  Target target() {
    return target;
  }

  void start(InferencePort port, InferenceRequest request) {
    target.enter();
    sentAt = System.nanoTime();
    target.sent(sentAt, inference.routing());
    InferenceCall started = port.call(request, this);
    if (!done) {
      call = started;
    }
  }

  /** Its client has gone, or another attempt has answered. */
  void cancel() {
    InferenceCall current = call;
    if (!done && hasBegun()) {
      // Many clients end streams that they have enough of: those were no failures.
      inference.outcomes().answered(target);
    }
    close();
    if (current != null) {
      current.cancel();
    }
  }

  /** Its machine cannot be seen any more, and nothing comes from there. */
  void cutOff() {
    InferenceCall current = call;
    onFailure(gone("cannot be seen any more and sends nothing"), false);
    if (current != null) {
      current.cancel();
    }
  }

  /** Whether the client has seen something of it, so that no other instance can take its place. */
  boolean hasBegun() {
    return mode == Mode.STREAMING || mode == Mode.PASSING;
  }

  /** Whether a comment may be put into the stream now. */
  boolean betweenEvents() {
    StreamGuard watching = guard;
    return watching == null || watching.betweenEvents();
  }

  void pause() {
    if (call != null) {
      call.pause();
    }
  }

  void resume() {
    if (call != null) {
      call.resume();
    }
  }

  @Override
  public void onLoad(int requests) {
    if (!done) {
      target.told(requests, System.nanoTime());
    }
  }

  @Override
  public void onHead(int answered, List<Map.Entry<String, String>> answeredHeaders) {
    if (done) {
      return;
    }
    status = answered;
    headers = Headers.fromEngine(answeredHeaders);
    if (answered >= 400) {
      mode = Mode.ERROR;
    } else if (answered == 200 && isEvents(Headers.value(answeredHeaders, "content-type"))) {
      mode = Mode.OPENED;
      guard = new StreamGuard(inference.endpoint().end());
    } else {
      mode = Mode.HOLDING;
      headers = Headers.withType(headers);
    }
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    if (done) {
      bytes.release();
      return;
    }
    switch (mode) {
      case OPENED -> {
        if (bytes.isReadable()) {
          mode = Mode.STREAMING;
          begun(true);
          inference.head(this, status, inference.endpoint().dialect().streamHeaders(), true);
          stream(bytes);
        } else {
          bytes.release();
        }
      }
      case STREAMING -> {
        if (bytes.isReadable()) {
          stream(bytes);
        } else {
          bytes.release();
          inference.heard();
        }
      }
      case PASSING -> inference.bytes(bytes);
      case HOLDING -> {
        ByteBuf all = held.add(bytes);
        if (all.readableBytes() > inference.heldAnswerBytes()) {
          mode = Mode.PASSING;
          begun(false);
          held.take();
          inference.head(this, status, headers, false);
          if (done) {
            all.release();
          } else {
            inference.bytes(all);
          }
        }
      }
      case ERROR -> {
        if (held.size() < MAX_ERROR_BYTES) {
          held.add(bytes);
        } else {
          bytes.release();
        }
      }
      case WAITING -> bytes.release();
    }
  }

  @Override
  public void onEnd() {
    if (done) {
      return;
    }
    switch (mode) {
      case WAITING -> onFailure(gone("answered nothing"), true);
      case OPENED -> endUnbegun();
      case STREAMING -> endStream();
      case PASSING -> {
        inference.outcomes().answered(target);
        close();
        inference.end(false);
      }
      case HOLDING -> {
        ByteBuf all = held.take();
        begun(false);
        inference.outcomes().answered(target);
        close();
        inference.whole(this, status, headers, all);
      }
      case ERROR -> endError();
    }
  }

  @Override
  public void onFailure(Refused reason, boolean safeToRetry) {
    if (done) {
      return;
    }
    StreamGuard watching = guard;
    Mode was = mode;
    inference.outcomes().ended(target, reason);
    close(reason.code() != ErrorCode.BUSY);
    switch (was) {
      // Of what is held the client has seen nothing, so that trying again repeats nothing to it.
      case WAITING -> inference.failedEarly(this, reason, safeToRetry);
      // What an engine answers wrongly it answers wrongly again; one that died may be replaced.
      case OPENED ->
          inference.failedEarly(
              this, reason, safeToRetry || reason.code() == ErrorCode.ENGINE_GONE);
      case HOLDING, ERROR -> inference.failedEarly(this, reason, true);
      case STREAMING, PASSING ->
          inference.failedLate(
              this, reason, watching != null, watching != null && watching.betweenEvents());
    }
  }

  private void begun(boolean stream) {
    inference.outcomes().begun(target, stream, System.nanoTime() - sentAt);
  }

  private void stream(ByteBuf bytes) {
    ByteBuf whole = inference.whole(bytes);
    if (!whole.isReadable()) {
      whole.release();
      inference.heard();
      return;
    }
    StreamGuard watching = guard;
    if (watching != null) {
      watching.add(whole);
    }
    inference.bytes(whole);
  }

  /** A stream without one byte: complete only where the address promises no events. */
  private void endUnbegun() {
    if (inference.endpoint().end() != Endpoint.End.NONE) {
      onFailure(gone("ended its stream before the first event"), true);
      return;
    }
    inference.head(this, status, inference.endpoint().dialect().streamHeaders(), true);
    close();
    inference.end(false);
  }

  private void endStream() {
    StreamGuard watching = java.util.Objects.requireNonNull(guard);
    StreamGuard.Ending ending = ending(watching, inference.rest());
    if (ending != StreamGuard.Ending.BROKEN) {
      inference.outcomes().answered(target);
    }
    close();
    switch (ending) {
      case COMPLETE -> inference.end(false);
      case WITHOUT_DONE -> inference.end(true);
      case BROKEN -> {
        Refused broken = gone("ended its stream in the middle");
        inference.outcomes().ended(target, broken);
        inference.failedLate(this, broken, true, watching.betweenEvents());
      }
    }
  }

  /** How it ended, with the last of it, which goes on where that does not break off. */
  private StreamGuard.Ending ending(StreamGuard watching, @Nullable ByteBuf rest) {
    if (rest == null || !rest.isReadable()) {
      return watching.ending();
    }
    watching.add(rest);
    StreamGuard.Ending ending = watching.ending();
    if (ending == StreamGuard.Ending.BROKEN) {
      rest.release();
    } else {
      inference.bytes(rest);
    }
    return ending;
  }

  private void endError() {
    ByteBuf all = held.take();
    boolean full = status == 429 || status == 503;
    close(!full);
    if (full) {
      all.release();
      String why = "the engine of " + target.instance() + " takes no more requests now; try again";
      Refused busy = Refused.of(ErrorCode.BUSY, why);
      inference.outcomes().ended(target, busy);
      inference.failedEarly(this, busy, true);
      return;
    }
    if (status >= 500) {
      inference.outcomes().failed(target, ErrorCode.ENGINE_FAILED);
    } else {
      inference.outcomes().answered(target);
    }
    if (status >= 500 && inference.hasAnother()) {
      all.release();
      inference.failedEarly(this, gone("answered " + status), false);
      return;
    }
    if (status >= 500 && inference.hasFallback()) {
      all.release();
      String why = "the engine of %s answered %d; its log may say why";
      inference.failedEarly(
          this,
          Refused.of(ErrorCode.ENGINE_FAILED, why.formatted(target.instance(), status)),
          false);
      return;
    }
    ByteBuf repaired =
        EngineErrors.repair(all, status, inference.endpoint().dialect(), inference.requestId());
    inference.whole(this, status, EngineErrors.headers(headers), repaired);
  }

  private Refused gone(String what) {
    return Refused.of(
        ErrorCode.ENGINE_GONE,
        "the engine of " + target.instance() + " " + what + "; send the request again");
  }

  private void close() {
    close(true);
  }

  /**
   * Ends it.
   *
   * @param hadSlot whether its instance had taken it, so that there is room for another one now
   */
  private void close(boolean hadSlot) {
    if (done) {
      return;
    }
    done = true;
    call = null;
    target.leave();
    if (hadSlot) {
      inference.slotFreed();
    } else {
      inference.slotRefused();
    }
    held.take().release();
  }

  private boolean isEvents(String contentType) {
    return contentType.startsWith(
        inference.endpoint().dialect().isInLines() ? "application/x-ndjson" : "text/event-stream");
  }
}
