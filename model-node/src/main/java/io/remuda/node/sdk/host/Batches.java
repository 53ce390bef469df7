package io.remuda.node.sdk.host;

import com.google.protobuf.Message;
import io.remuda.node.sdk.BatchModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Puts messages that arrive together into one call of the model: a batch starts when it is full or
 * its first message has waited for the window, and when fewer than {@code concurrency} are running.
 */
final class Batches implements Calls {

  private record Waiting(Message input, CompletableFuture<Message> outcome) {}

  private final BatchModel<Message, Message> model;
  private final Workers workers;
  private final Calls.Answer right;
  private final Limits limits;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private boolean due;
  private int running;

  Batches(BatchModel<Message, Message> model, Workers workers, Calls.Answer right, Limits limits) {
    this.model = model;
    this.workers = workers;
    this.right = right;
    this.limits = limits;
  }

  @Override
  public Message answer(Message input, OpenCall call) throws CallFailed, InterruptedException {
    Waiting mine = new Waiting(input, new CompletableFuture<>());
    add(mine);
    // Its batch may have to wait for one that runs, which is given up after the same time.
    return Calls.await(
        mine.outcome(),
        limits.timeout().multipliedBy(2).plus(limits.batchWindow()),
        () -> leave(mine));
  }

  private synchronized void add(Waiting mine) {
    waiting.add(mine);
    if (waiting.size() == 1 && !limits.batchWindow().isZero()) {
      workers.later(limits.batchWindow(), this::windowOver);
    } else if (limits.batchWindow().isZero()) {
      due = true;
    }
    startWhatMay();
  }

  private synchronized void leave(Waiting mine) {
    waiting.remove(mine);
  }

  private synchronized void windowOver() {
    due = !waiting.isEmpty();
    startWhatMay();
  }

  private synchronized void startWhatMay() {
    while (running < limits.concurrency()
        && (waiting.size() >= limits.batchSize() || (due && !waiting.isEmpty()))) {
      List<Waiting> batch = new ArrayList<>();
      while (batch.size() < limits.batchSize() && !waiting.isEmpty()) {
        batch.add(waiting.remove());
      }
      due = due && !waiting.isEmpty();
      if (!due && !waiting.isEmpty()) {
        workers.later(limits.batchWindow(), this::windowOver);
      }
      running++;
      start(batch);
    }
  }

  private void start(List<Waiting> batch) {
    List<Message> inputs = batch.stream().map(Waiting::input).toList();
    run(
        () -> model.predict(inputs),
        (answers, thrown) -> {
          boolean whole = thrown == null && answers.size() == batch.size();
          if (whole) {
            for (int index = 0; index < batch.size(); index++) {
              finish(batch.get(index), answers.get(index));
            }
          } else if (batch.size() > 1 && !(thrown instanceof CallFailed)) {
            HostLog.failure(thrown == null ? wrongNumber(answers, batch) : thrown);
            oneByOne(batch, 0);
            return;
          } else {
            Throwable why = thrown == null ? wrongNumber(answers, batch) : thrown;
            batch.forEach(each -> each.outcome().completeExceptionally(why));
          }
          ended();
        });
  }

  /** The messages of a batch that failed, each alone and one after the other. */
  private void oneByOne(List<Waiting> batch, int index) {
    if (index == batch.size()) {
      ended();
      return;
    }
    Waiting alone = batch.get(index);
    run(
        () -> model.predict(List.of(alone.input())),
        (answers, thrown) -> {
          if (thrown == null && answers.size() == 1) {
            finish(alone, answers.get(0));
          } else {
            alone
                .outcome()
                .completeExceptionally(
                    thrown == null ? wrongNumber(answers, List.of(alone)) : thrown);
          }
          oneByOne(batch, index + 1);
        });
  }

  private interface Outcome {
    void of(List<Message> answers, @Nullable Throwable thrown);
  }

  private void run(Callable<List<Message>> call, Outcome outcome) {
    Workers.Work<List<Message>> work;
    try {
      work = workers.start(call);
    } catch (CallFailed e) {
      outcome.of(List.of(), e);
      return;
    }
    CompletableFuture<List<Message>> bounded = new CompletableFuture<>();
    work.outcome()
        .whenComplete(
            (answers, thrown) -> {
              if (thrown != null) {
                bounded.completeExceptionally(thrown);
              } else {
                bounded.complete(answers == null ? List.of() : answers);
              }
            });
    Future<?> timer =
        workers.later(
            limits.timeout(),
            () -> {
              if (bounded.completeExceptionally(
                  new CallFailed(
                      504,
                      "the model did not answer within "
                          + limits.timeout().toMillis()
                          + " ms and was given up"))) {
                work.abandon();
              }
            });
    bounded.whenComplete(
        (answers, thrown) -> {
          timer.cancel(false);
          outcome.of(thrown == null ? answers : List.of(), thrown);
        });
  }

  private void finish(Waiting one, Message answer) {
    try {
      one.outcome().complete(right.checked(answer));
    } catch (CallFailed e) {
      one.outcome().completeExceptionally(e);
    }
  }

  private synchronized void ended() {
    running--;
    startWhatMay();
  }

  private static CallFailed wrongNumber(List<Message> answers, List<Waiting> batch) {
    return new CallFailed(
        500,
        "the model failed: it gave "
            + answers.size()
            + " answers to "
            + batch.size()
            + " messages of a batch");
  }
}
