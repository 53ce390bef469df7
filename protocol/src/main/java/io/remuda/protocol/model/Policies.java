package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import java.util.Optional;

/**
 * How a deployment moves: none of it changes what its instances are, so a change of it alone
 * replaces none.
 *
 * @param scaling between which bounds it scales by itself; empty: it has the replicas that were
 *     declared
 * @param rollout how a new recipe takes the place of the old one
 */
public record Policies(Optional<Scaling> scaling, RolloutWish rollout) {

  /** What a deployment has that says nothing of it. */
  public static final Policies NONE = new Policies(Optional.empty(), RolloutWish.DEFAULT);

  public Policies {
    scaling = Absent.orEmpty(scaling);
    rollout = rollout == null ? RolloutWish.DEFAULT : rollout;
  }
}
