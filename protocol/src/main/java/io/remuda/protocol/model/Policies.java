package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import io.remuda.protocol.id.ModelName;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a deployment moves: none of it changes what its instances are, so a change of it alone
 * replaces none.
 *
 * @param scaling between which bounds it scales by itself; empty: it has the replicas that were
 *     declared
 * @param rollout how a new recipe takes the place of the old one
 * @param keep what may take its instances' places from it
 * @param needs deployments that it is made of: it is ready when they are
 * @param relief which other models its requests go to
 * @param defaults what its requests say where their clients do not
 */
public record Policies(
    Optional<Scaling> scaling,
    RolloutWish rollout,
    Keep keep,
    Set<ModelName> needs,
    Relief relief,
    Defaults defaults) {

  /** More than these nobody composes one model of. */
  public static final int MOST_NEEDS = 32;

  /** What a deployment has that says nothing of it. */
  public static final Policies NONE = new Policies(Optional.empty(), RolloutWish.DEFAULT);

  public Policies {
    scaling = Absent.orEmpty(scaling);
    rollout = rollout == null ? RolloutWish.DEFAULT : rollout;
    keep = keep == null ? Keep.DEFAULT : keep;
    needs = Collections.unmodifiableSet(new TreeSet<>(Absent.orEmpty(needs)));
    relief = relief == null ? Relief.NONE : relief;
    defaults = defaults == null ? Defaults.NONE : defaults;
  }

  /** One that adds nothing to its requests. */
  public Policies(
      Optional<Scaling> scaling,
      RolloutWish rollout,
      Keep keep,
      Set<ModelName> needs,
      Relief relief) {
    this(scaling, rollout, keep, needs, relief, Defaults.NONE);
  }

  /** One whose requests go to it alone. */
  public Policies(Optional<Scaling> scaling, RolloutWish rollout, Keep keep, Set<ModelName> needs) {
    this(scaling, rollout, keep, needs, Relief.NONE);
  }

  /** One that is made of nothing else and gives way like any other. */
  public Policies(Optional<Scaling> scaling, RolloutWish rollout) {
    this(scaling, rollout, Keep.DEFAULT, Set.of());
  }
}
