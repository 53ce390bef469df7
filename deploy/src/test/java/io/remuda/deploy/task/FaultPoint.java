package io.remuda.deploy.task;

import io.remuda.deploy.task.Dying.Step;
import java.util.Optional;

/** Where something dies on a task's way. */
enum FaultPoint {
  GATEWAY_BEFORE_PUBLISH("gateway, noted and not published"),
  GATEWAY_UNCONFIRMED("gateway, published and not confirmed"),
  GATEWAY_CONFIRMED("gateway, confirmed and not noted"),
  WORKER_TAKEN("worker, taken and not claimed", Step.TAKEN),
  WORKER_CLAIMED("worker, claimed and not computed", Step.CLAIMED),
  WORKER_COMPUTED("worker, computed and not stored", Step.COMPUTED),
  WORKER_STORED("worker, stored and not acknowledged", Step.STORED),
  WORKER_ACKNOWLEDGED("worker, acknowledged"),
  BROKER_KILLED("broker killed under load"),
  STORE_KILLED("result store killed under load"),
  STORE_FLUSHED("result store flushed under load");

  private final String words;
  private final Optional<Step> last;

  FaultPoint(String words) {
    this.words = words;
    this.last = Optional.empty();
  }

  FaultPoint(String words, Step last) {
    this.words = words;
    this.last = Optional.of(last);
  }

  String words() {
    return words;
  }

  /** The last thing that a worker does; empty where it does all of them, and for other parts. */
  Optional<Step> last() {
    return last;
  }

  boolean ofGateway() {
    return ordinal() <= GATEWAY_CONFIRMED.ordinal();
  }

  boolean ofWorker() {
    return !ofGateway() && ordinal() <= WORKER_ACKNOWLEDGED.ordinal();
  }
}
