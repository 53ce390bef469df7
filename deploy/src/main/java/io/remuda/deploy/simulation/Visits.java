package io.remuda.deploy.simulation;

import io.remuda.deploy.check.LeaseSeen.CallBegun;
import io.remuda.deploy.check.LeaseSeen.CallOver;
import io.remuda.node.instance.Admission;
import io.remuda.node.instance.LeaseGate;
import io.remuda.protocol.model.LeaseToken;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The calls that one instance works on, let in as a machine's front does: asked for their lease
 * when they come, and again when they have their permit.
 */
final class Visits {

  private final World world;
  private final SimulatedInstance instance;
  private final long life;
  private final TreeMap<Long, Visit> under = new TreeMap<>();

  Visits(World world, SimulatedInstance instance, long life) {
    this.world = world;
    this.instance = instance;
    this.life = life;
  }

  /** One call, from its permit to its end. */
  final class Visit {
    private final long number;
    private final Admission.Permit permit;
    private final Optional<LeaseGate.Stay> stay;

    private Visit(long number, Admission.Permit permit, Optional<LeaseGate.Stay> stay) {
      this.number = number;
      this.permit = permit;
      this.stay = stay;
    }

    /** The call has ended, if it was not cut off before. */
    void over() {
      if (under.remove(number) != null) {
        stay.ifPresent(LeaseGate.Stay::over);
        permit.release();
        world.story().see(new CallOver(world.now(), number, instance.id()));
      }
    }
  }

  /** A call that shows {@code token}, or none, and does not wait. */
  Optional<Visit> enter(Optional<LeaseToken> token) {
    return lets(token)
        ? instance.gate().tryAcquire().flatMap(permit -> begin(permit, token))
        : Optional.empty();
  }

  /** A call of everybody that may wait for its turn; told once. */
  void await(Consumer<Optional<Visit>> later) {
    if (!lets(Optional.empty())) {
      later.accept(Optional.empty());
      return;
    }
    Admission now = instance.gate().acquire(told -> later.accept(begin(told)));
    if (!(now instanceof Admission.Queued)) {
      later.accept(begin(now));
    }
  }

  private Optional<Visit> begin(Admission admission) {
    return admission instanceof Admission.Granted granted
        ? begin(granted.permit(), Optional.empty())
        : Optional.empty();
  }

  private Optional<Visit> begin(Admission.Permit permit, Optional<LeaseToken> token) {
    long number = world.leases().nextCall();
    Optional<LeaseGate.Stay> stay =
        token.map(shown -> instance.tenure().gate().enter(obeyed(shown), why -> cut(number)));
    if (!lets(token)) {
      stay.ifPresent(LeaseGate.Stay::over);
      permit.release();
      return Optional.empty();
    }
    Visit visit = new Visit(number, permit, stay);
    under.put(number, visit);
    world.story().see(new CallBegun(world.now(), number, instance.id(), life, token));
    world.truth().admitted(instance);
    return Optional.of(visit);
  }

  private boolean lets(Optional<LeaseToken> token) {
    return instance.tenure().gate().objection(token.map(this::obeyed)).isEmpty();
  }

  /** A planted bug goes by the lease alone. */
  private LeaseToken obeyed(LeaseToken shown) {
    return world.plant() == Plant.ANY_TOKEN
        ? instance
            .tenure()
            .gate()
            .tenure()
            .grant()
            .filter(now -> now.lease().equals(shown.lease()))
            .orElse(shown)
        : shown;
  }

  private void cut(long number) {
    Optional.ofNullable(under.get(number)).ifPresent(Visit::over);
  }

  /** Its machine's JVM is gone, or the instance: nothing goes on, and nobody waits. */
  void end() {
    instance.gate().close();
    List.copyOf(under.values()).forEach(Visit::over);
  }
}
