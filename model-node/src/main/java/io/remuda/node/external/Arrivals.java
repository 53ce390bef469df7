package io.remuda.node.external;

import io.remuda.node.instance.JoinedWorker;
import io.remuda.protocol.id.ModelName;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Who waits for a worker of a model to join. Changed under the lock of {@link ExternalWorkers}
 * alone; its futures are completed outside of it.
 */
final class Arrivals {

  private record Waiting(
      ModelName model, String fingerprint, CompletableFuture<JoinedWorker> arrival) {}

  private final List<Waiting> waiting = new ArrayList<>();

  /** Completed when one joins; who gives it up is forgotten. */
  CompletableFuture<JoinedWorker> next(ModelName model, String fingerprint) {
    forgetDone();
    CompletableFuture<JoinedWorker> arrival = new CompletableFuture<>();
    waiting.add(new Waiting(model, fingerprint, arrival));
    return arrival;
  }

  /**
   * A worker is there.
   *
   * @param news takes what is to be told of it outside of the lock
   */
  void welcome(Seat seat, List<Runnable> news) {
    forgetDone();
    for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
      Waiting place = each.next();
      if (fits(seat, place.model(), place.fingerprint())) {
        each.remove();
        JoinedWorker present = seat.present();
        news.add(() -> place.arrival().complete(present));
      }
    }
  }

  private void forgetDone() {
    waiting.removeIf(each -> each.arrival().isDone());
  }

  /** Whether the worker there is one of the model; of any schema where none is named. */
  static boolean fits(Seat seat, ModelName model, String fingerprint) {
    return seat.worker().model().equals(model)
        && (fingerprint.isEmpty() || seat.worker().schema().fingerprint().equals(fingerprint));
  }
}
