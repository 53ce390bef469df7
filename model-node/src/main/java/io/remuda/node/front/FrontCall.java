package io.remuda.node.front;

import io.netty.buffer.ByteBuf;
import io.remuda.node.instance.Admission;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.LeaseGate;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceCall;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.bytes.InferenceSink;
import io.remuda.protocol.model.LeaseToken;
import io.vertx.core.Context;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One call: through the gate, to the engine, and back. Lives on one event loop. */
final class FrontCall implements InferenceCall {

  private final Front front;
  private final Context context;
  private final HostedInstance instance;
  private final Optional<LeaseToken> lease;
  private final InferenceRequest request;
  private final InferenceSink sink;
  private final TokenMeter meter;
  private final CallTimes times = new CallTimes();
  private Admission.@Nullable Permit permit;
  private @Nullable QueueWait place;
  private LeaseGate.@Nullable Stay stay;
  private @Nullable InferenceCall engine;
  private boolean headSent;
  private boolean paused;
  private boolean over;

  /**
   * A call that has not begun.
   *
   * @param lease under which it comes; {@code request} no longer has it
   */
  FrontCall(
      Front front,
      Context context,
      HostedInstance instance,
      Optional<LeaseToken> lease,
      InferenceRequest request,
      InferenceSink sink) {
    this.front = front;
    this.context = context;
    this.instance = instance;
    this.lease = lease;
    this.request = request;
    this.sink = sink;
    this.meter = new TokenMeter(request.stream());
  }

  void start() {
    if (!instance.phase().takesWork()) {
      fail(notReady(), true);
      return;
    }
    Optional<Refused> objection = instance.lease().objection(lease);
    if (objection.isPresent()) {
      fail(objection.get(), true);
      return;
    }
    Admission admission =
        lease
            .flatMap(shown -> instance.lease().slot(instance.gate(), shown))
            .orElseGet(
                () -> instance.gate().acquire(later -> context.runOnContext(v -> admitted(later))));
    if (admission instanceof Admission.Queued queued) {
      place =
          new QueueWait(
              context,
              queued.waiter(),
              front.settings().queueTimeout(),
              () -> fail(busy(instance.gate().slots()), true));
    } else {
      admitted(admission);
    }
  }

  @Override
  public void cancel() {
    if (over) {
      return;
    }
    end("cancelled");
    abort();
  }

  @Override
  public void pause() {
    paused = true;
    if (engine != null) {
      engine.pause();
    }
  }

  @Override
  public void resume() {
    paused = false;
    if (engine != null) {
      engine.resume();
    }
  }

  private void admitted(Admission admission) {
    QueueWait left = place;
    if (left != null) {
      place = null;
      left.over();
    }
    if (admission instanceof Admission.Granted granted) {
      if (over) {
        granted.permit().release();
        return;
      }
      permit = granted.permit();
      enter();
    } else if (admission instanceof Admission.Full full) {
      fail(busy(full.slots()), true);
    } else if (!over) {
      fail(notReady(), true);
    }
  }

  /** Whose the instance is may have changed while the call waited for its permit. */
  private void enter() {
    if (lease.isPresent()) {
      stay =
          instance.lease().enter(lease.get(), why -> context.runOnContext(v -> fail(why, false)));
    }
    Optional<Refused> objection = instance.lease().objection(lease);
    if (objection.isPresent()) {
      fail(objection.get(), true);
    } else {
      connect();
    }
  }

  /** To the engine at once: by the gate's leave, which somebody holds for this call. */
  void connect() {
    times.admitted();
    if (instance.upstream() instanceof Upstream.Http http) {
      HttpEngineCall call =
          new HttpEngineCall(front, context, instance.id(), http, request, new FromEngine());
      running(call);
      call.start();
    } else if (instance.upstream() instanceof Upstream.InJvm jvm) {
      sink.onSent();
      running(jvm.engine().call(inJvm(), new FromEngine()));
    } else {
      fail(notReady(), true);
    }
  }

  /** The engine is given a loop that queues, so that its pieces do not pile up on the stack. */
  private InferenceRequest inJvm() {
    return new InferenceRequest(
        request.instance(),
        request.method(),
        request.path(),
        request.headers(),
        request.body(),
        request.model(),
        request.requestId(),
        request.stream(),
        task -> context.runOnContext(v -> task.run()));
  }

  private void running(InferenceCall call) {
    if (!over) {
      engine = call;
      if (paused) {
        call.pause();
      }
    }
  }

  /** What the engine answers, wherever it is. */
  private final class FromEngine implements InferenceSink {
    @Override
    public void onSent() {
      if (!over) {
        times.sent();
        sink.onSent();
      }
    }

    @Override
    public void onProgress(int percent) {
      if (!over) {
        sink.onProgress(percent);
      }
    }

    /** What the engine has is counted here, at the head. */
    @Override
    public void onLoad(int requests) {}

    @Override
    public void onHead(int status, List<Map.Entry<String, String>> headers) {
      if (!over) {
        headSent = true;
        sink.onLoad(instance.gate().inFlight() + instance.gate().queued());
        sink.onHead(status, headers);
      }
    }

    @Override
    public void onBytes(ByteBuf chunk) {
      if (over) {
        chunk.release();
        return;
      }
      long now = System.nanoTime();
      instance.pulse().setRelease(now);
      meter.add(chunk, now);
      sink.onBytes(chunk);
    }

    @Override
    public void onEnd() {
      ended();
    }

    @Override
    public void onFailure(Refused reason, boolean safeToRetry) {
      fail(reason, safeToRetry);
    }
  }

  private void ended() {
    if (over) {
      return;
    }
    end("ok");
    sink.onEnd();
  }

  /** What comes under a lease is never tried on an instance that the lease does not hold. */
  private void fail(Refused reason, boolean safeToRetry) {
    if (over) {
      return;
    }
    end(reason.code().code());
    abort();
    sink.onFailure(reason, safeToRetry && !headSent && lease.isEmpty());
  }

  private void end(String code) {
    over = true;
    QueueWait waiting = place;
    if (waiting != null) {
      waiting.leave();
    }
    Admission.Permit held = permit;
    if (held != null) {
      held.release();
    }
    LeaseGate.Stay leased = stay;
    if (leased != null) {
      leased.over();
    }
    front.metrics().ended(instance.id(), code, times.started(), meter);
    times.note(request, code, meter.firstByteAt());
  }

  private void abort() {
    InferenceCall running = engine;
    if (running != null) {
      running.cancel();
    }
  }

  private Refused busy(int slots) {
    return Refused.of(
        ErrorCode.BUSY,
        "all %d slots of %s are taken; try again shortly, or scale the model up"
            .formatted(slots, instance.id()));
  }

  private Refused notReady() {
    return Refused.of(
        ErrorCode.MODEL_NOT_READY,
        "the instance " + instance.id() + " takes no requests now; try again");
  }
}
