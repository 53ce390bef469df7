package io.remuda.node.sdk.host;

import com.google.protobuf.Message;
import io.remuda.node.sdk.Answers;
import io.remuda.node.sdk.StreamingModel;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs a streaming model on a worker's thread and passes its answers to the thread of the request,
 * through a small buffer: the model waits while the client reads slower than it makes them.
 */
final class Streams {
  private static final int BUFFERED = 64;

  private final StreamingModel<Message, Message> model;
  private final Workers workers;
  private final Calls.Answer right;
  private final Limits limits;

  Streams(
      StreamingModel<Message, Message> model, Workers workers, Calls.Answer right, Limits limits) {
    this.model = model;
    this.workers = workers;
    this.right = right;
    this.limits = limits;
  }

  /** Takes one answer; fails when the client has gone. */
  interface Sink {
    /**
     * @param last so far: nothing else waits to be taken at this moment
     */
    void take(Message answer, boolean last) throws CallFailed, IOException;
  }

  /**
   * Passes each answer to {@code sink} until there are no more. When it fails, the model is told
   * that nobody listens and its thread is interrupted.
   *
   * @param call is told how to end it and how far it is
   */
  void answer(Message input, Sink sink, OpenCall call)
      throws CallFailed, IOException, InterruptedException {
    Run run = new Run(call);
    Workers.Work<Boolean> work =
        workers.start(
            () -> {
              model.predict(input, run);
              return true;
            });
    work.outcome().whenComplete((done, thrown) -> run.items.add(new End(thrown)));
    call.begun(
        () -> {
          run.cancelled = true;
          work.interrupt();
        });
    boolean whole = false;
    try {
      Object item = run.next();
      while (item instanceof Message answer) {
        sink.take(answer, run.items.isEmpty());
        item = run.next();
      }
      whole = true;
      if (item instanceof End end && end.thrown() != null) {
        Throwable thrown = end.thrown();
        if (!run.cancelled) {
          HostLog.failure(thrown);
        }
        throw CallFailed.by(thrown);
      }
    } finally {
      if (!whole) {
        run.cancelled = true;
        work.abandon();
      }
    }
  }

  private record End(@Nullable Throwable thrown) {}

  private final class Run implements Answers<Message> {
    private final BlockingQueue<Object> items = new LinkedBlockingQueue<>();
    private final Semaphore room = new Semaphore(BUFFERED);
    private final OpenCall call;
    private volatile boolean cancelled;

    Run(OpenCall call) {
      this.call = call;
    }

    @Override
    public void progress(int percent) {
      call.percent(percent);
    }

    @Override
    public void send(Message answer) {
      try {
        Message checked = right.checked(answer);
        room.acquire();
        if (cancelled) {
          throw new CancellationException("nobody listens any more");
        }
        items.add(checked);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("nobody listens any more");
      } catch (CallFailed e) {
        throw new CompletionException(e);
      }
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    Object next() throws CallFailed, InterruptedException {
      Object item = items.poll(limits.timeout().toNanos(), TimeUnit.NANOSECONDS);
      if (item == null) {
        throw new CallFailed(
            504,
            "the model sent nothing for " + limits.timeout().toMillis() + " ms and was given up");
      }
      if (item instanceof Message) {
        room.release();
      }
      return item;
    }
  }
}
