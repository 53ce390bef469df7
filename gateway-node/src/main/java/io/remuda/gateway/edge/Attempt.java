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
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One try of a request on one instance. Streams are passed on as they come, their head with their
 * first bytes; small answers are held until they are complete; errors are brought into the shape
 * that clients read.
 */
final class Attempt implements InferenceSink {

  private static final int MAX_ERROR_BYTES = 64 * 1024;

  private final Inference inference;
  private final ClientRequest request;
  private final Target target;
  private final TakenSlot slot;
  private final int mostHeldBytes;
  private @Nullable InferenceCall call;
  private AttemptMode mode = AttemptMode.WAITING;
  private int status;
  private List<Map.Entry<String, String>> headers = List.of();
  private final HeldBytes held = new HeldBytes();
  private @Nullable PassedStream stream;
  private boolean done;

  Attempt(Inference inference, InferenceHandler handler, ClientRequest request, Target target) {
    this.inference = inference;
    this.request = request;
    this.target = target;
    this.slot = new TakenSlot(handler, target, request.lease().isPresent());
    this.mostHeldBytes = handler.settings().heldAnswerBytes();
  }

  Target target() {
    return target;
  }

  void start(InferencePort port, InferenceRequest question) {
    slot.enter();
    InferenceCall started = port.call(question, this);
    if (!done) {
      call = started;
    }
  }

  /** Its client has gone, or another attempt has answered. */
  void cancel() {
    InferenceCall current = call;
    if (!done && hasBegun()) {
      // Many clients end streams that they have enough of: those were no failures.
      slot.answered();
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
    return mode.isSeen();
  }

  /** Whether a comment may be put into the stream now. */
  boolean betweenEvents() {
    PassedStream passed = stream;
    return passed == null || passed.betweenEvents();
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
      slot.told(requests);
    }
  }

  @Override
  public void onHead(int answered, List<Map.Entry<String, String>> answeredHeaders) {
    if (done) {
      return;
    }
    status = answered;
    headers = Headers.fromEngine(answeredHeaders);
    mode = AttemptMode.of(answered, isStream(answeredHeaders));
    if (mode == AttemptMode.OPENED) {
      stream = new PassedStream(inference, request.endpoint().end());
    } else if (mode == AttemptMode.HOLDING) {
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
          mode = AttemptMode.STREAMING;
          slot.begun(true);
          inference.head(this, status, request.endpoint().dialect().streamHeaders(), true);
          passed().pass(bytes);
        } else {
          bytes.release();
        }
      }
      case STREAMING -> {
        if (bytes.isReadable()) {
          passed().pass(bytes);
        } else {
          bytes.release();
          inference.heard();
        }
      }
      case PASSING -> inference.bytes(bytes);
      case HOLDING -> {
        ByteBuf all = held.add(bytes);
        if (all.readableBytes() > mostHeldBytes) {
          mode = AttemptMode.PASSING;
          slot.begun(false);
          held.take();
          inference.head(this, status, headers, false);
          if (done) {
            all.release();
          } else {
            inference.bytes(all);
          }
        }
      }
      case ERROR -> held.addBelow(MAX_ERROR_BYTES, bytes);
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
        slot.answered();
        close();
        inference.end(false);
      }
      case HOLDING -> {
        ByteBuf all = held.take();
        slot.begun(false);
        slot.answered();
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
    PassedStream passed = stream;
    AttemptMode was = mode;
    slot.ended(reason);
    close(reason.code() != ErrorCode.BUSY);
    if (was.isSeen()) {
      boolean between = passed != null && passed.betweenEvents();
      inference.failedLate(this, reason, passed != null, between);
    } else {
      inference.failedEarly(this, reason, was.maySendAgain(reason, safeToRetry));
    }
  }

  private PassedStream passed() {
    return Objects.requireNonNull(stream);
  }

  /** A stream without one byte: complete only where the address promises no events. */
  private void endUnbegun() {
    if (request.endpoint().end() != Endpoint.End.NONE) {
      onFailure(gone("ended its stream before the first event"), true);
      return;
    }
    inference.head(this, status, request.endpoint().dialect().streamHeaders(), true);
    close();
    inference.end(false);
  }

  private void endStream() {
    PassedStream passed = passed();
    StreamGuard.Ending ending = passed.end();
    if (ending != StreamGuard.Ending.BROKEN) {
      slot.answered();
    }
    close();
    switch (ending) {
      case COMPLETE -> inference.end(false);
      case WITHOUT_DONE -> inference.end(true);
      case BROKEN -> {
        Refused broken = gone("ended its stream in the middle");
        slot.ended(broken);
        inference.failedLate(this, broken, true, passed.betweenEvents());
      }
    }
  }

  private void endError() {
    ByteBuf all = held.take();
    boolean full = status == 429 || status == 503;
    close(!full);
    if (full) {
      all.release();
      Refused busy = Refusals.engineFull(target.instance());
      slot.ended(busy);
      inference.failedEarly(this, busy, true);
      return;
    }
    if (status >= 500) {
      slot.failed();
    } else {
      slot.answered();
    }
    Optional<Refused> untold = inference.untold(target, status);
    if (untold.isPresent()) {
      all.release();
      inference.failedEarly(this, untold.get(), false);
      return;
    }
    ByteBuf repaired =
        EngineErrors.repair(all, status, request.endpoint().dialect(), request.requestId());
    inference.whole(this, status, EngineErrors.headers(headers), repaired);
  }

  private Refused gone(String what) {
    return Refusals.engineGone(target.instance(), what);
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
    slot.giveBack(hadSlot);
    held.take().release();
  }

  private boolean isStream(List<Map.Entry<String, String>> answered) {
    return request.endpoint().dialect().isStream(Headers.value(answered, "content-type"));
  }
}
