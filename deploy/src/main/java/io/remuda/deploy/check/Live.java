package io.remuda.deploy.check;

import java.util.ArrayList;
import java.util.List;

/**
 * The invariants that one observation can break, told while a fleet is being driven: what a {@link
 * Checker} finds of them in the whole history, as soon as it is so.
 *
 * <p>Observations come in the order of their times.
 */
public final class Live {

  /** One invariant, with what it remembers of what was seen. */
  interface Fold {
    void see(Observation seen, List<Violation> found);
  }

  private final List<Fold> folds =
      List.of(
          new Names.Schemas(),
          new Names.Kept(),
          new Rollouts.Serving(),
          new Rollouts.OwnRecipes(),
          new Machines.Promises(),
          new Machines.Starts(),
          new Machines.Epochs(),
          new Machines.Assignments(),
          new Leases.OneHolder(),
          new Leases.Tokens(),
          new Leases.Parts(),
          new Leases.AtRest(),
          new Moves.Turns(),
          new Moves.Wakes(),
          new Moves.Pins(),
          new Moves.Memory(),
          new LeaseAnswers.Tokens(),
          new LeaseAnswers.Calls(),
          new Bounds.Commits(),
          new Bounds.Sizes());

  /** What is wrong with this, after all that was seen before. */
  public List<Violation> see(Observation seen) {
    List<Violation> found = new ArrayList<>();
    for (Fold fold : folds) {
      fold.see(seen, found);
    }
    return found;
  }
}
