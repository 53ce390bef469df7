package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What leases have said lately that they want of a name: soft state. Losing it costs a repeated
 * word of each.
 *
 * @param heard of those that have an instance too
 * @param silent leases that have an instance, or have brought the deployment, and say nothing,
 *     since when; of one that was never heard it begins as late as if it had been just before
 * @param asked of those, when they were last asked whether they still want it
 * @param sessions which instance each had last, the eldest first
 * @param lingering what leases have left that stays for the next one
 */
record Claims(
    Map<LeaseId, Claim> heard,
    Map<LeaseId, Instant> silent,
    Map<LeaseId, Instant> asked,
    Map<String, InstanceId> sessions,
    Lingering lingering) {

  static final Claims NONE = new Claims(Map.of(), Map.of(), Map.of(), Map.of(), Lingering.NONE);

  /** One lease's word; see {@link TenancyMessage.Claim}. */
  record Claim(
      LeaseId lease,
      long floor,
      Optional<InstanceId> holding,
      Optional<InstanceId> avoided,
      Optional<String> session,
      Instant askedAt,
      Instant heardAt,
      int slots) {

    /** Of a whole instance. */
    Claim(
        LeaseId lease,
        long floor,
        Optional<InstanceId> holding,
        Optional<InstanceId> avoided,
        Optional<String> session,
        Instant askedAt,
        Instant heardAt) {
      this(lease, floor, holding, avoided, session, askedAt, heardAt, 0);
    }

    static Claim of(TenancyMessage.Claim said, Instant now) {
      return new Claim(
          said.lease(),
          said.floor(),
          said.holding(),
          said.avoided(),
          said.session(),
          said.askedAt(),
          now,
          said.slots());
    }

    /** Whether it wants some slots of an instance, which serves others beside it. */
    boolean isShare() {
      return slots > 0;
    }

    /** Whether {@code tenancy} has given it what it wants. */
    boolean isMet(Tenancy tenancy) {
      return tenancy
          .of(lease)
          .filter(
              tenant ->
                  tenant.number() > floor || holding.filter(tenant.instance()::equals).isPresent())
          .isPresent();
    }
  }

  private static final Comparator<Claim> ORDER =
      Comparator.comparing(Claim::askedAt).thenComparing(Claim::lease);

  Claims {
    heard = Collections.unmodifiableMap(new TreeMap<>(heard));
    silent = Collections.unmodifiableMap(new TreeMap<>(silent));
    asked = Collections.unmodifiableMap(new TreeMap<>(asked));
    sessions = Collections.unmodifiableMap(new LinkedHashMap<>(sessions));
  }

  Claims with(Claim claim) {
    Map<LeaseId, Claim> next = new TreeMap<>(heard);
    next.put(claim.lease(), claim);
    return new Claims(next, silent, asked, sessions, lingering);
  }

  Claims without(LeaseId lease) {
    Map<LeaseId, Claim> next = new TreeMap<>(heard);
    next.remove(lease);
    return new Claims(next, silent, asked, sessions, lingering);
  }

  /** Those that were heard within {@code limit}; {@code involved} of the others are silent. */
  Claims since(Instant now, Duration limit, Set<LeaseId> involved) {
    Map<LeaseId, Claim> next = new TreeMap<>(heard);
    next.values().removeIf(claim -> claim.heardAt().plus(limit).isBefore(now));
    Map<LeaseId, Instant> quiet = new TreeMap<>();
    for (LeaseId lease : involved) {
      if (!next.containsKey(lease)) {
        // An owner that begins anew has heard none: they get the time that it may take to be heard.
        Instant begin = heard.containsKey(lease) ? now : now.plus(limit);
        quiet.put(lease, silent.getOrDefault(lease, begin));
      }
    }
    Map<LeaseId, Instant> questions = new TreeMap<>(asked);
    questions.keySet().retainAll(quiet.keySet());
    return new Claims(next, quiet, questions, sessions, lingering);
  }

  /**
   * Whether {@code lease}, which is silent, is to be asked (again) whether it wants what it has.
   */
  boolean isToAsk(LeaseId lease, Instant now, Duration each) {
    Instant last = asked.getOrDefault(lease, silent.getOrDefault(lease, now));
    return last.plus(each).isBefore(now);
  }

  Claims askedAt(LeaseId lease, Instant now) {
    Map<LeaseId, Instant> next = new TreeMap<>(asked);
    next.put(lease, now);
    return new Claims(heard, silent, next, sessions, lingering);
  }

  /** The session has had {@code instance}; of more than {@code most} the eldest is forgotten. */
  Claims had(String session, InstanceId instance, int most) {
    Map<String, InstanceId> next = new LinkedHashMap<>(sessions);
    next.remove(session);
    next.put(session, instance);
    List<String> eldest = List.copyOf(next.keySet()).subList(0, Math.max(0, next.size() - most));
    eldest.forEach(next::remove);
    return new Claims(heard, silent, asked, next, lingering);
  }

  Claims with(Lingering left) {
    return left.equals(lingering) ? this : new Claims(heard, silent, asked, sessions, left);
  }

  /** Those that wait for an instance, who asked first first. */
  List<Claim> waiting(Tenancy tenancy) {
    return heard.values().stream().filter(claim -> !claim.isMet(tenancy)).sorted(ORDER).toList();
  }
}
