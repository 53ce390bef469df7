package io.remuda.gateway.routing;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The requests that are held here because no instance of their model takes them now: for each model
 * a line in which all tenants have their turns, all lines together bounded, and each tenant's part
 * of them too. Any thread may come in.
 *
 * <p>Whoever waits is called at most once, on its own loop: when an instance has a slot for it by
 * this gateway's count, when waiting has become useless, or when its time is over. It then looks
 * for itself what there is, and may come back to its old place: slots that other gateways have
 * taken are not known here. After such a return its line rests for a moment, unless a slot comes
 * free or a new instance appears, so that nobody asks a full instance without pause. Whoever leaves
 * is not called any more.
 */
public final class WaitingRoom implements AutoCloseable {

  private final Routes routes;
  private final int limit;
  private final int limitPerTenant;
  private final Duration rest;
  private final ScheduledExecutorService timers;
  private final AutoCloseable listening;
  private final WaitingLines lines = new WaitingLines();
  private volatile Consumer<String> first = model -> {};
  private long entries;
  private boolean closed;

  /** Written under this object's lock; read without it where most requests find nobody waiting. */
  private volatile int held;

  /**
   * @param limit requests that may wait at one time
   * @param limitPerTenant of one tenant
   * @param rest of a line whose head came back refused
   * @param timers call those whose time is over
   */
  public WaitingRoom(
      Routes routes,
      int limit,
      int limitPerTenant,
      Duration rest,
      ScheduledExecutorService timers) {
    this.routes = routes;
    this.limit = limit;
    this.limitPerTenant = limitPerTenant;
    this.rest = rest;
    this.timers = timers;
    this.listening = routes.onChange(any -> look(models()));
  }

  /**
   * Gives {@code guest} a place; empty when all are taken, or as many as its tenant may have, or
   * the gateway ends.
   *
   * @param atMost after which it is called whatever there is
   * @param refused whether an instance has just refused it
   */
  public Optional<Place> enter(Guest guest, Duration atMost, boolean refused) {
    return enter(guest, atMost, refused, false);
  }

  /**
   * The same for one that was called and got nothing: its place is kept, though the room is full,
   * and so is the turn that it was called for. It is known by what calls it.
   */
  public Optional<Place> comeBack(Guest guest, Duration atMost, boolean refused) {
    return enter(guest, atMost, refused, true);
  }

  private Optional<Place> enter(Guest guest, Duration atMost, boolean refused, boolean returns) {
    int most = returns ? Integer.MAX_VALUE : limit;
    int mostOfTenant = returns ? Integer.MAX_VALUE : limitPerTenant;
    Place place;
    boolean isFirst;
    synchronized (this) {
      if (closed || held >= most || lines.heldBy(guest.rank().tenant()) >= mostOfTenant) {
        return Optional.empty();
      }
      place = new Place(this, guest, entries++);
      isFirst = lines.add(place, returns, routes.snapshot());
      held = lines.held();
      if (refused) {
        rest(guest.model());
      }
      place.timedBy(
          timers.schedule(() -> timeOver(place), atMost.toMillis() + 1, TimeUnit.MILLISECONDS));
    }
    if (isFirst) {
      first.accept(guest.model());
    }
    // What it waits for may have come between its look and its entry.
    look(Set.of(guest.model()));
    return Optional.of(place);
  }

  /** Calls {@code listener} with a model when somebody begins to wait where nobody did. */
  void onFirst(Consumer<String> listener) {
    first = listener;
  }

  /** A request of this gateway has given its slot of an instance of {@code model} back. */
  public void freed(String model) {
    if (held == 0) {
      return;
    }
    List<Place> called;
    synchronized (this) {
      called = lines.freed(model, routes.snapshot(), System.nanoTime());
      held = lines.held();
    }
    called.forEach(this::call);
  }

  /**
   * Whoever was called is sent to an instance of {@code model}.
   *
   * @param now of {@link System#nanoTime()}
   * @return how long the first of them was held, where it found no ready instance and nobody was
   *     sent since
   */
  public Optional<Duration> sent(String model, long now) {
    synchronized (this) {
      return lines.heldFor(model, now);
    }
  }

  /**
   * An instance of {@code model} has refused a request of this gateway that does not wait: others
   * have its slots. Those who wait look again in a moment, for nobody here tells when one is free.
   */
  public void refused(String model) {
    if (held == 0) {
      return;
    }
    synchronized (this) {
      if (lines.isWaitedFor(model)) {
        rest(model);
      }
    }
  }

  /** Whether others wait for {@code model}, so that whoever can wait goes behind them. */
  public boolean isWaitedFor(String model) {
    if (held == 0) {
      return false;
    }
    synchronized (this) {
      return lines.isWaitedFor(model);
    }
  }

  /**
   * Whether one of that rank that does not wait may ask an instance of {@code model} before those
   * who do: its tenant then has had a turn.
   */
  public boolean passes(String model, Rank rank) {
    if (held == 0) {
      return true;
    }
    synchronized (this) {
      return lines.passes(model, rank);
    }
  }

  /** Whether as many requests of {@code tenant} wait as may. */
  public synchronized boolean isFullFor(String tenant) {
    return lines.heldBy(tenant) >= limitPerTenant;
  }

  /**
   * After how long one that comes now would have its turn, as slots came free lately and if the
   * line stays as it is; zero where nothing tells.
   */
  public Duration untilServed(String model) {
    if (held == 0) {
      return Duration.ZERO;
    }
    synchronized (this) {
      return lines.untilServed(model);
    }
  }

  /** How many wait for each model for which any does. */
  public synchronized Map<String, Integer> depths() {
    return lines.depths();
  }

  /** How many of that priority wait for each model for which any does. */
  public synchronized Map<String, Integer> depths(Priority priority) {
    return lines.depths(priority);
  }

  /** Whether the gateway ends. */
  public synchronized boolean isClosed() {
    return closed;
  }

  /** Lets nobody in any more and calls all who wait, so that they are answered in time. */
  @Override
  public void close() throws Exception {
    listening.close();
    List<Place> called;
    synchronized (this) {
      closed = true;
      called = lines.takeAll();
      held = lines.held();
    }
    called.forEach(this::call);
  }

  private synchronized Set<String> models() {
    return held == 0 ? Set.of() : lines.models();
  }

  /** Calls whoever has a reason to look again, by what is known now. */
  private void look(Set<String> models) {
    List<Place> called;
    synchronized (this) {
      called = lines.wanted(models, routes.snapshot());
      held = lines.held();
    }
    called.forEach(this::call);
  }

  private void rest(String model) {
    if (lines.opened(model).rests(routes.snapshot().get(model))) {
      var unused = timers.schedule(() -> rested(model), rest.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void rested(String model) {
    synchronized (this) {
      lines.rested(model);
    }
    look(Set.of(model));
  }

  private void timeOver(Place place) {
    synchronized (this) {
      if (!remove(place)) {
        return;
      }
      lines.opened(place.guest().model()).leaves();
    }
    call(place);
  }

  /** One that waits no more. */
  synchronized boolean drop(Place place) {
    boolean waited = remove(place);
    if (waited) {
      lines.forgetIfEmpty(place.guest().model());
    }
    return waited;
  }

  private boolean remove(Place place) {
    boolean waited = lines.remove(place);
    held = lines.held();
    return waited;
  }

  private void call(Place place) {
    try {
      place
          .guest()
          .loop()
          .execute(
              () -> {
                try {
                  place.guest().called().run();
                } finally {
                  arrived(place);
                }
              });
    } catch (RejectedExecutionException e) {
      // Its loop has ended, and its client's connection with it.
      arrived(place);
    }
  }

  /** Whoever came away without a slot leaves the one that it was called for to the next. */
  private void arrived(Place place) {
    String model = place.guest().model();
    synchronized (this) {
      lines.opened(model).arrived(place);
      lines.forgetIfEmpty(model);
    }
    look(Set.of(model));
  }
}
