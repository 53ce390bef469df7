package io.remuda.gateway.routing;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Who is next among those who wait for one model. Each priority has its part of the turns, and
 * within a priority each tenant its own by its weight; a tenant's requests go in their order. Who
 * waits alone has all turns, and who comes later is owed nothing for the time before: weighted fair
 * queueing in which every request costs one turn. Whose last request has gone is remembered for as
 * long as others have not had as much. Not for several threads at once.
 *
 * @param <T> those who wait, the first of a tenant's before the others
 */
final class FairLine<T extends Comparable<T>> {

  private final Map<Priority, Urgency<T>> urgencies = new EnumMap<>(Priority.class);
  private double turn;
  private int size;

  /** All of one priority. */
  private static final class Urgency<T> {
    private final Map<String, Tenant<T>> tenants = new HashMap<>();

    /** When the turns of those are next that wait for nothing now, and have had theirs. */
    private final Map<String, Double> had = new HashMap<>();

    private double turn;
    private double inside;
  }

  /** All of one tenant and one priority. */
  private static final class Tenant<T> {
    private final TreeSet<T> waiting = new TreeSet<>();
    private final int weight;
    private double turn;

    private Tenant(int weight, double turn) {
      this.weight = weight;
      this.turn = turn;
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  void add(T one, Rank rank) {
    Urgency<T> urgency = opened(rank.priority());
    Tenant<T> tenant = urgency.tenants.get(rank.tenant());
    if (tenant == null) {
      tenant = new Tenant<>(rank.weight(), begins(urgency, rank.tenant()));
      urgency.tenants.put(rank.tenant(), tenant);
      urgency.had.remove(rank.tenant());
    }
    if (tenant.waiting.add(one)) {
      size++;
    }
  }

  private Urgency<T> opened(Priority priority) {
    Urgency<T> urgency = urgencies.get(priority);
    if (urgency == null) {
      urgency = new Urgency<>();
      urgency.turn = turn;
      urgencies.put(priority, urgency);
    } else if (urgency.tenants.isEmpty()) {
      urgency.turn = Math.max(urgency.turn, turn);
    }
    return urgency;
  }

  /** Like {@link #add}, of one that was taken out with {@link #next} and got nothing by it. */
  void addAgain(T one, Rank rank) {
    add(one, rank);
    Urgency<T> urgency = Objects.requireNonNull(urgencies.get(rank.priority()));
    Tenant<T> tenant = Objects.requireNonNull(urgency.tenants.get(rank.tenant()));
    urgency.turn -= 1.0 / rank.priority().weight();
    tenant.turn -= 1.0 / tenant.weight;
  }

  /**
   * Whether one that cannot wait would have its turn before all who do; then its tenant has had it.
   */
  boolean passes(Rank rank) {
    if (size == 0) {
      return true;
    }
    Urgency<T> urgency = opened(rank.priority());
    Priority most = mostDue();
    if (urgency.tenants.isEmpty()) {
      double least = Objects.requireNonNull(urgencies.get(most)).turn;
      boolean before =
          urgency.turn < least || (urgency.turn == least && rank.priority().compareTo(most) < 0);
      urgency.turn += before ? 1.0 / rank.priority().weight() : 0;
      return before;
    }
    double begins = begins(urgency, rank.tenant());
    if (most != rank.priority()
        || urgency.tenants.containsKey(rank.tenant())
        || urgency.tenants.values().stream().anyMatch(other -> other.turn <= begins)) {
      return false;
    }
    urgency.had.put(rank.tenant(), begins + 1.0 / rank.weight());
    return true;
  }

  /** Nobody is owed anything for the time before, and nobody forgets what it has had. */
  private static double begins(Urgency<?> urgency, String tenant) {
    Double turn = urgency.had.get(tenant);
    return turn == null ? urgency.inside : Math.max(urgency.inside, turn);
  }

  /** Takes out whose turn it is; there must be somebody. */
  T next() {
    Priority priority = mostDue();
    Urgency<T> urgency = Objects.requireNonNull(urgencies.get(priority));
    turn = Math.max(turn, urgency.turn);
    urgency.turn += 1.0 / priority.weight();
    String name = mostDue(urgency);
    Tenant<T> tenant = Objects.requireNonNull(urgency.tenants.get(name));
    urgency.inside = Math.max(urgency.inside, tenant.turn);
    urgency.had.values().removeIf(turn -> turn <= urgency.inside);
    tenant.turn += 1.0 / tenant.weight;
    T next = tenant.waiting.first();
    take(next, name, urgency, tenant);
    return next;
  }

  private Priority mostDue() {
    Priority most = Priority.HIGH;
    double least = Double.POSITIVE_INFINITY;
    for (Map.Entry<Priority, Urgency<T>> each : urgencies.entrySet()) {
      if (!each.getValue().tenants.isEmpty() && each.getValue().turn < least) {
        most = each.getKey();
        least = each.getValue().turn;
      }
    }
    return most;
  }

  /** Of two whose turn it is alike, the one that has waited longer. */
  private String mostDue(Urgency<T> urgency) {
    Optional<Map.Entry<String, Tenant<T>>> most = Optional.empty();
    for (Map.Entry<String, Tenant<T>> each : urgency.tenants.entrySet()) {
      if (most.isEmpty() || isBefore(each.getValue(), most.get().getValue())) {
        most = Optional.of(each);
      }
    }
    return most.orElseThrow().getKey();
  }

  private boolean isBefore(Tenant<T> one, Tenant<T> other) {
    return one.turn < other.turn
        || (one.turn == other.turn && one.waiting.first().compareTo(other.waiting.first()) < 0);
  }

  /** Whether it waited. */
  boolean remove(T one, Rank rank) {
    Urgency<T> urgency = urgencies.get(rank.priority());
    Tenant<T> tenant = urgency == null ? null : urgency.tenants.get(rank.tenant());
    if (urgency == null || tenant == null || !tenant.waiting.contains(one)) {
      return false;
    }
    take(one, rank.tenant(), urgency, tenant);
    return true;
  }

  private void take(T one, String name, Urgency<T> urgency, Tenant<T> tenant) {
    tenant.waiting.remove(one);
    size--;
    if (tenant.waiting.isEmpty()) {
      urgency.tenants.remove(name);
      if (tenant.turn > urgency.inside) {
        urgency.had.put(name, tenant.turn);
      }
      if (urgency.tenants.isEmpty()) {
        // All have what they asked for: the next begin alike.
        urgency.had.clear();
      }
    }
  }
}
