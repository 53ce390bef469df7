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
 * waits alone has all turns, and who comes later is owed nothing for the time before, but owes the
 * turns that it used while others waited: weighted fair queueing in which every request costs one
 * turn. Not for several threads at once.
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

    /** The turns of those of whom nobody waits now, and who are ahead of those who do. */
    private final Map<String, Double> ahead = new HashMap<>();

    private double turn;
    private double inside;

    private Tenant<T> come(Rank rank) {
      Double used = ahead.remove(rank.tenant());
      return new Tenant<>(rank.weight(), used == null ? inside : Math.max(inside, used));
    }

    /** One whose last request is taken may be back at once: what it has used is not forgotten. */
    private void left(String name, Tenant<T> tenant) {
      tenants.remove(name);
      if (tenants.isEmpty()) {
        ahead.clear();
      } else if (tenant.turn > inside) {
        ahead.put(name, tenant.turn);
      }
    }

    /** The turn has come to {@code turn}; up to there nobody is ahead. */
    private void reach(double turn) {
      inside = turn;
      ahead.values().removeIf(used -> used <= turn);
    }
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
    Urgency<T> urgency = urgencies.get(rank.priority());
    if (urgency == null) {
      urgency = new Urgency<>();
      urgency.turn = turn;
      urgencies.put(rank.priority(), urgency);
    } else if (urgency.tenants.isEmpty()) {
      urgency.turn = Math.max(urgency.turn, turn);
    }
    Tenant<T> tenant = urgency.tenants.get(rank.tenant());
    if (tenant == null) {
      tenant = urgency.come(rank);
      urgency.tenants.put(rank.tenant(), tenant);
    }
    if (tenant.waiting.add(one)) {
      size++;
    }
  }

  /** Takes out whose turn it is; there must be somebody. */
  T next() {
    Priority priority = mostDue();
    Urgency<T> urgency = Objects.requireNonNull(urgencies.get(priority));
    turn = urgency.turn;
    urgency.turn += 1.0 / priority.weight();
    String name = mostDue(urgency);
    Tenant<T> tenant = Objects.requireNonNull(urgency.tenants.get(name));
    urgency.reach(tenant.turn);
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
      urgency.left(name, tenant);
    }
  }
}
