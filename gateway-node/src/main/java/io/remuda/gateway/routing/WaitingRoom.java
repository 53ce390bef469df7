package io.remuda.gateway.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
  private final Map<String, WaitingLine> lines = new HashMap<>();
  private final Map<String, Integer> heldOf = new HashMap<>();
  private volatile Consumer<String> first = model -> {};
  private long entries;
  private boolean closed;

  /** Written under this object's lock; read without it where most requests find nobody waiting. */
  private volatile int held;

  /**
   * Who waits.
   *
   * @param model an alias of one who waits until that leads to a model
   * @param arrived of {@link System#nanoTime()}; of one tenant whoever arrived first is called
   *     first
   * @param loop where {@code called} runs
   */
  public record Guest(String model, long arrived, Rank rank, Executor loop, Runnable called) {

    /** One like most others. */
    public Guest(String model, long arrived, Executor loop, Runnable called) {
      this(model, arrived, Rank.USUAL, loop, called);
    }
  }

  /** A place in a line. */
  public final class Place implements Comparable<Place> {
    private final Guest guest;
    private final long entry;
    private @Nullable ScheduledFuture<?> timer;

    private Place(Guest guest, long entry) {
      this.guest = guest;
      this.entry = entry;
    }

    Guest guest() {
      return guest;
    }

    /** Its request waits no more. Whether it still did: whoever was called already does not. */
    public boolean leave() {
      return drop(this);
    }

    @Override
    public int compareTo(Place other) {
      // Nanoseconds of this clock are told apart by their difference alone.
      long apart = guest.arrived() - other.guest.arrived();
      return apart != 0 ? Long.signum(apart) : Long.compare(entry, other.entry);
    }
  }

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
      if (closed || held >= most || heldBy(guest.rank().tenant()) >= mostOfTenant) {
        return Optional.empty();
      }
      place = new Place(guest, entries++);
      WaitingLine line = line(guest.model());
      isFirst = line.isEmpty();
      line.add(place, returns, hasReady(guest.model()));
      held++;
      count(guest.rank().tenant(), 1);
      if (refused) {
        rest(guest.model(), line);
      }
      place.timer =
          timers.schedule(() -> timeOver(place), atMost.toMillis() + 1, TimeUnit.MILLISECONDS);
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
    List<Place> called = new ArrayList<>();
    synchronized (this) {
      WaitingLine line = lines.get(model);
      ModelEntry entry = routes.snapshot().get(model);
      if (line != null && entry != null && entry.readyCount() > 0) {
        take(line, line.freed(entry, System.nanoTime()), called);
      }
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
      WaitingLine line = lines.get(model);
      return line == null ? Optional.empty() : line.held(now);
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
      WaitingLine line = lines.get(model);
      if (line != null && !line.isEmpty()) {
        rest(model, line);
      }
    }
  }

  /** Whether others wait for {@code model}, so that whoever can wait goes behind them. */
  public boolean isWaitedFor(String model) {
    if (held == 0) {
      return false;
    }
    synchronized (this) {
      WaitingLine line = lines.get(model);
      return line != null && !line.isEmpty();
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
      WaitingLine line = lines.get(model);
      return line == null || line.passes(rank);
    }
  }

  /** Whether as many requests of {@code tenant} wait as may. */
  public synchronized boolean isFullFor(String tenant) {
    return heldBy(tenant) >= limitPerTenant;
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
      WaitingLine line = lines.get(model);
      return line == null ? Duration.ZERO : line.untilServed();
    }
  }

  /** How many wait for each model for which any does. */
  public synchronized Map<String, Integer> depths() {
    Map<String, Integer> depths = new HashMap<>();
    lines.forEach(
        (model, line) -> {
          if (!line.isEmpty()) {
            depths.put(model, line.size());
          }
        });
    return depths;
  }

  /** Whether the gateway ends. */
  public synchronized boolean isClosed() {
    return closed;
  }

  /** Lets nobody in any more and calls all who wait, so that they are answered in time. */
  @Override
  public void close() throws Exception {
    listening.close();
    List<Place> called = new ArrayList<>();
    synchronized (this) {
      closed = true;
      lines.values().forEach(line -> take(line, line.size(), called));
    }
    called.forEach(this::call);
  }

  private boolean hasReady(String model) {
    ModelEntry entry = routes.snapshot().get(model);
    return entry != null && entry.readyCount() > 0;
  }

  private synchronized Set<String> models() {
    return held == 0 ? Set.of() : Set.copyOf(lines.keySet());
  }

  /** Calls whoever has a reason to look again, by what is known now. */
  private void look(Set<String> models) {
    List<Place> called = new ArrayList<>();
    synchronized (this) {
      RouteSnapshot snapshot = routes.snapshot();
      for (String model : models) {
        WaitingLine line = lines.get(model);
        if (line != null) {
          ModelEntry entry = snapshot.get(model);
          take(
              line,
              snapshot.aliasOf(model).isPresent() ? led(line, entry) : line.wanted(entry),
              called);
        }
      }
    }
    called.forEach(this::call);
  }

  /** Of those who wait until an alias leads somewhere: there each waits like any other. */
  private static int led(WaitingLine line, @Nullable ModelEntry target) {
    return target == null ? 0 : line.size();
  }

  private void rest(String model, WaitingLine line) {
    if (line.rests(routes.snapshot().get(model))) {
      var unused = timers.schedule(() -> rested(model), rest.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void rested(String model) {
    synchronized (this) {
      WaitingLine line = lines.get(model);
      if (line != null) {
        line.rested();
      }
    }
    look(Set.of(model));
  }

  private void timeOver(Place place) {
    synchronized (this) {
      if (!remove(place)) {
        return;
      }
      line(place.guest.model()).leaves();
    }
    call(place);
  }

  private synchronized boolean drop(Place place) {
    boolean waited = remove(place);
    if (waited) {
      forgetIfEmpty(place.guest.model());
    }
    return waited;
  }

  private void take(WaitingLine line, int most, List<Place> called) {
    List<Place> taken = line.take(most);
    taken.forEach(this::removed);
    called.addAll(taken);
  }

  private boolean remove(Place place) {
    WaitingLine line = lines.get(place.guest.model());
    if (line == null || !line.remove(place)) {
      return false;
    }
    removed(place);
    return true;
  }

  private void removed(Place place) {
    held--;
    count(place.guest.rank().tenant(), -1);
    ScheduledFuture<?> timer = place.timer;
    if (timer != null) {
      timer.cancel(false);
    }
  }

  /** Nobody in particular has no bound but the room's. */
  private int heldBy(String tenant) {
    return tenant.isEmpty() ? 0 : heldOf.getOrDefault(tenant, 0);
  }

  private void count(String tenant, int more) {
    if (tenant.isEmpty()) {
      return;
    }
    int count = heldBy(tenant) + more;
    if (count == 0) {
      heldOf.remove(tenant);
    } else {
      heldOf.put(tenant, count);
    }
  }

  private WaitingLine line(String model) {
    return lines.computeIfAbsent(model, any -> new WaitingLine());
  }

  private void call(Place place) {
    try {
      place
          .guest
          .loop()
          .execute(
              () -> {
                try {
                  place.guest.called().run();
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
    String model = place.guest.model();
    synchronized (this) {
      line(model).arrived(place);
      forgetIfEmpty(model);
    }
    look(Set.of(model));
  }

  private void forgetIfEmpty(String model) {
    WaitingLine line = lines.get(model);
    if (line != null && line.isOver()) {
      lines.remove(model);
    }
  }
}
