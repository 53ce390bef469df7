package io.remuda.deploy.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.deploy.check.Observation.LeaseCalled;
import io.remuda.deploy.check.Observation.LeaseHeld;
import io.remuda.deploy.check.Observation.LeaseOver;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that acquires a lease, calls under it, renews it, lets go of it, and acquires the next
 * one. One that dozes calls once instead and stops until its lease is over; then it goes on calling
 * under the token that it had, as a process does that was stopped in between.
 *
 * <p>Whatever is broken, it tries again. Belongs to one thread; what it tells may be asked by any.
 */
final class Holder {

  private static final int CALLS = 4;
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final Duration DOZER_TTL = Duration.ofSeconds(2);
  private static final Duration READY_LIMIT = Duration.ofSeconds(20);
  private static final Duration OVER_LIMIT = Duration.ofSeconds(60);

  /**
   * How it passes its time.
   *
   * @param pace from one call to the next
   * @param doze as long as the lease of one that dozes lasts
   * @param letGo after a lease was seen to be over: what was on the way to its instance has come
   */
  record Times(Duration pace, Duration doze, Duration letGo) {}

  /** Of a run. */
  static final Times STEADY =
      new Times(Duration.ofMillis(500), DOZER_TTL, DOZER_TTL.plusSeconds(3));

  /** What a lease was, when it was READY. */
  private record Held(LeaseId lease, long token, InstanceId instance) {}

  private final String model;
  private final Door door;
  private final Recorder recorder;
  private final boolean dozes;
  private final Times times;
  private volatile Duration lastHeld = Duration.ZERO;
  private final AtomicInteger had = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile boolean ending;

  /**
   * @param dozes whether it stops and goes on when its lease is over
   */
  Holder(String model, Door door, Recorder recorder, boolean dozes, Times times) {
    this.model = model;
    this.door = door;
    this.recorder = recorder;
    this.dozes = dozes;
    this.times = times;
  }

  void run() {
    while (!ending) {
      one();
      pause(times.pace().multipliedBy(2));
    }
  }

  /** One lease, from asking for it until it is given back, or over. */
  void one() {
    String key = "chaos-" + recorder.number();
    Optional<Held> held = acquire(key);
    if (held.isPresent()) {
      had.incrementAndGet();
      lastHeld = recorder.now();
      if (dozes) {
        doze(held.get());
      } else {
        use(held.get());
      }
    }
  }

  /** When it was given a lease last. */
  Duration lastHeld() {
    return lastHeld;
  }

  int had() {
    return had.get();
  }

  /** Calls that were answered. */
  int answered() {
    return answered.get();
  }

  /** Calls under a lease that was over, that were told so. */
  int refused() {
    return refused.get();
  }

  void end() {
    ending = true;
  }

  /** The same key at both gateways, so that a try that broke leaves no second lease behind. */
  private Optional<Held> acquire(String key) {
    long ttl = (dozes ? DOZER_TTL : TTL).toSeconds();
    String wish =
        "{\"model\":\"%s\",\"ttlSeconds\":%d,\"waitSeconds\":%d}"
            .formatted(model, ttl, READY_LIMIT.toSeconds());
    Duration limit = recorder.now().plus(READY_LIMIT);
    Optional<LeaseId> id = Optional.empty();
    while (!ending && recorder.now().compareTo(limit) < 0) {
      Optional<Door.Answer> answer =
          id.isEmpty()
              ? door.ask("POST", "/v1/leases", wish, Map.of("Idempotency-Key", key))
              : door.ask("GET", path(id.get()) + "?wait=2s", "", Map.of());
      if (id.isEmpty()) {
        id = answer.flatMap(Holder::id);
      }
      Optional<Held> held = answer.flatMap(this::held);
      if (held.isPresent()) {
        return held;
      }
      if (answer.filter(Holder::isOver).isPresent()) {
        return Optional.empty();
      }
      pause(times.pace());
    }
    id.ifPresent(this::release);
    return Optional.empty();
  }

  private void use(Held first) {
    Held held = first;
    for (int i = 0; i < CALLS && !ending; i++) {
      if (i == CALLS / 2) {
        var unused = door.ask("POST", path(held.lease()) + "/renew", "", Map.of());
      }
      if (call(held) != 200) {
        Optional<Door.Answer> now = door.ask("GET", path(held.lease()), "", Map.of());
        if (now.filter(Holder::isOver).isPresent()) {
          return;
        }
        // Where it has moved it goes on under its new token.
        held = now.flatMap(this::held).orElse(held);
      }
      pause(times.pace());
    }
    release(held.lease());
  }

  private void doze(Held held) {
    call(held);
    pause(times.doze());
    Duration limit = recorder.now().plus(OVER_LIMIT);
    while (!door.ask("GET", path(held.lease()), "", Map.of()).filter(Holder::isOver).isPresent()) {
      if (ending || recorder.now().compareTo(limit) >= 0) {
        release(held.lease());
        return;
      }
      pause(times.pace());
    }
    Duration gone = recorder.now().plus(times.letGo());
    callStale(held);
    while (recorder.now().compareTo(gone) < 0) {
      if (ending) {
        return;
      }
      pause(times.pace());
    }
    recorder.add(new LeaseOver(gone, held.lease()));
    callStale(held);
  }

  private void callStale(Held held) {
    int status = call(held);
    if (status == 409 || status == 410) {
      refused.incrementAndGet();
    }
  }

  /** The status of the answer; 0 without one. */
  private int call(Held held) {
    Duration begin = recorder.now();
    Optional<Door.Answer> answer =
        door.ask(
            "POST",
            "/leases/%s.%d/v1/chat/completions".formatted(held.lease(), held.token()),
            """
            {"model":"%s","max_tokens":2,"messages":[{"role":"user","content":"the horse"}]}"""
                .formatted(model),
            Map.of());
    int status = answer.map(Door.Answer::status).orElse(0);
    if (status == 200) {
      answered.incrementAndGet();
    }
    recorder.add(
        new LeaseCalled(
            held.lease(), held.token(), held.instance(), begin, recorder.now(), status == 200));
    return status;
  }

  private void release(LeaseId id) {
    var unused = door.ask("DELETE", path(id), "", Map.of());
  }

  private Optional<Held> held(Door.Answer answer) {
    JsonNode lease = answer.json();
    if (answer.status() >= 300 || !lease.path("state").asText().equals("READY")) {
      return Optional.empty();
    }
    Held held =
        new Held(
            new LeaseId(lease.path("id").asText()),
            Long.parseLong(lease.path("token").asText()),
            InstanceId.of(lease.at("/instances/0/instance").asText()));
    recorder.add(new LeaseHeld(recorder.now(), held.lease(), held.token(), held.instance()));
    return Optional.of(held);
  }

  private static Optional<LeaseId> id(Door.Answer answer) {
    return answer.status() < 300
        ? LeaseId.parse(answer.json().path("id").asText())
        : Optional.empty();
  }

  private static boolean isOver(Door.Answer answer) {
    return answer.status() == 410;
  }

  private static String path(LeaseId id) {
    return "/v1/leases/" + id;
  }

  private void pause(Duration length) {
    if (!ending) {
      LockSupport.parkNanos(length.toNanos());
    }
  }
}
