package io.remuda.registry.lease;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.registry.lease.LeaseState.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a lease has to say to its models' owners and to machines, as it stands. All of it may be
 * said again: whoever hears it twice does what it says once.
 *
 * <p>No two leases wait for each other: each asks for its models in the order of their names, and
 * claims none behind one that it gives back.
 */
public final class LeaseOrderDecider {

  private LeaseOrderDecider() {}

  /**
   * What there is to say now.
   *
   * @param repeat whether that, too, which was answered before
   */
  public static List<LeaseOrder> orders(
      LeaseState state, LeaseSoft soft, Instant now, boolean repeat) {
    List<LeaseOrder> orders = new ArrayList<>();
    if (state.wish().isEmpty()) {
      giveBackForNow(state, soft, orders);
    } else if (state.closed()) {
      unclaim(state, soft, soft.givingBack(), orders);
      remove(state, soft, orders);
    } else if (state.end().isPresent()) {
      giveBack(state, soft, orders);
    } else if (isToDeploy(state, soft)) {
      orders.add(LeaseOrder.Own.DEPLOY);
    } else {
      hold(state, soft, now, repeat, orders);
      claim(state, soft, repeat, orders);
    }
    return orders;
  }

  /**
   * What of that may be said while {@code decision} is still being written, since it rests on what
   * its models' owners write.
   *
   * <p>A claim may: where the wish is lost with the write, its model's owner asks for what it has
   * granted, see {@link LeaseDecider#stillWanted}. So may the order to hold the instance of a lease
   * of one model, whose number its owner has in its journal: a lease that starts anew is granted
   * the same again, and one that is over has it let go under that number. Of several models all are
   * told the highest number, which only the lease itself knows until it is written.
   *
   * <p>So may, while a renewal is written, what holds with it and without it: machines that are
   * told nothing meanwhile would let go of what its holder has renewed in time.
   */
  public static List<LeaseOrder> ahead(LeaseState state, LeaseDecision decision, Instant now) {
    List<LeaseEvent> events = decision.events();
    if (events.isEmpty()) {
      return List.of();
    }
    LeaseEvent last = events.get(events.size() - 1);
    if (last instanceof LeaseEvent.LeaseRenewed && decision.soft().isReady()) {
      List<LeaseOrder> either = new ArrayList<>();
      hold(state, decision.soft(), now, true, either);
      return either;
    }
    if (!decision.say()) {
      return List.of();
    }
    LeaseState then = state.on(events);
    boolean claims = last instanceof LeaseEvent.LeaseAsked;
    boolean holds = last instanceof LeaseEvent.LeaseGranted && then.models().size() == 1;
    return orders(then, decision.soft(), now, false).stream()
        .filter(
            order ->
                claims && order instanceof LeaseOrder.Claim
                    || holds && order instanceof LeaseOrder.Hold)
        .toList();
  }

  /** What a lease remembers of {@code orders} when they are said. */
  public static LeaseSoft said(LeaseSoft soft, List<LeaseOrder> orders, Instant now) {
    LeaseSoft next = soft;
    for (LeaseOrder order : orders) {
      if (order instanceof LeaseOrder.Hold hold) {
        next = next.telling(hold.token().number(), now, hold.ttl());
      }
    }
    return next;
  }

  /**
   * What takes back {@code ahead}, which was said of a lease whose wish may never be written: no
   * one else is to wait behind its claims. What was granted already stays, until its model's owner
   * asks for it, see {@link LeaseDecider#stillWanted}.
   */
  public static List<LeaseOrder> takenBack(LeaseState state, List<LeaseOrder> ahead) {
    List<LeaseOrder> back = new ArrayList<>();
    for (LeaseOrder order : ahead) {
      if (state.wish().isEmpty() && order instanceof LeaseOrder.Claim claim) {
        back.add(new LeaseOrder.GiveBack(claim.model(), 0));
      }
    }
    return back;
  }

  private static boolean isToDeploy(LeaseState state, LeaseSoft soft) {
    return state.brings() && state.token() == 0 && !soft.deployed();
  }

  private static void giveBack(LeaseState state, LeaseSoft soft, List<LeaseOrder> orders) {
    Set<ModelName> left = state.models();
    left.removeAll(soft.returned());
    unclaim(state, soft, left, orders);
    if (orders.isEmpty()) {
      remove(state, soft, orders);
    }
  }

  private static void remove(LeaseState state, LeaseSoft soft, List<LeaseOrder> orders) {
    if (state.brings() && !soft.removed()) {
      orders.add(LeaseOrder.Own.REMOVE);
    }
  }

  private static void unclaim(
      LeaseState state, LeaseSoft soft, Set<ModelName> models, List<LeaseOrder> orders) {
    String reason = state.end().orElseThrow().reason();
    long floor = LeaseDecider.floor(state, soft);
    models.forEach(model -> orders.add(new LeaseOrder.Unclaim(model, floor, reason)));
  }

  private static void hold(
      LeaseState state, LeaseSoft soft, Instant now, boolean repeat, List<LeaseOrder> orders) {
    Duration left =
        soft.deadline()
            .map(until -> Duration.between(now, until))
            .orElseGet(() -> LeaseTimeDecider.ttl(state));
    if (left.toMillis() < 1) {
      return;
    }
    state
        .parts()
        .forEach(
            (model, part) -> {
              if (repeat || !soft.obeyed().contains(model)) {
                LeaseToken token = new LeaseToken(state.id(), state.token());
                orders.add(new LeaseOrder.Hold(part.machine(), part.instance(), token, left));
              }
            });
  }

  /**
   * One after the other, in the order of their names, so that no two leases wait for each other.
   */
  private static void claim(
      LeaseState state, LeaseSoft soft, boolean repeat, List<LeaseOrder> orders) {
    giveBackForNow(state, soft, orders);
    for (ModelName model : state.models()) {
      if (soft.givingBack().contains(model)) {
        return;
      }
      Optional<InstanceId> holding = holding(state, soft, model);
      if (repeat || holding.isEmpty()) {
        orders.add(claim(state, soft, model, holding));
      }
      if (holding.isEmpty()) {
        return;
      }
    }
  }

  private static void giveBackForNow(LeaseState state, LeaseSoft soft, List<LeaseOrder> orders) {
    long floor = LeaseDecider.floor(state, soft);
    soft.givingBack().forEach(model -> orders.add(new LeaseOrder.GiveBack(model, floor)));
  }

  /**
   * What it says to a name's owner that asks whether it still wants what it has of it. It may not
   * have come to that model for long, while it hears nothing of one before it.
   */
  public static Optional<LeaseOrder> kept(LeaseState state, LeaseSoft soft, ModelName model) {
    return state.isLive() && !soft.givingBack().contains(model)
        ? holding(state, soft, model)
            .map(instance -> claim(state, soft, model, Optional.of(instance)))
        : Optional.empty();
  }

  private static Optional<InstanceId> holding(LeaseState state, LeaseSoft soft, ModelName model) {
    return Optional.ofNullable(state.parts().get(model))
        .map(Part::instance)
        .or(() -> Optional.ofNullable(soft.grants().get(model)).map(g -> g.instance()));
  }

  private static LeaseOrder claim(
      LeaseState state, LeaseSoft soft, ModelName model, Optional<InstanceId> holding) {
    return new LeaseOrder.Claim(
        model,
        LeaseDecider.floor(state, soft),
        holding,
        Optional.ofNullable(soft.avoided().get(model)));
  }
}
