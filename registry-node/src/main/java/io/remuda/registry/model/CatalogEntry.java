package io.remuda.registry.model;

import io.remuda.protocol.Listing;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.LastWords;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Relief;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A name's line in the catalog: written again only when it says something else. What the present
 * owner of the name writes counts more than what an earlier one wrote at the same journal sequence:
 * it begins with the owner's term, which the journal's database gives out, and no clock is asked.
 */
public final class CatalogEntry {

  /** So many lower bits count the changes within a term. */
  private static final int TERM_SHIFT = 32;

  private final Consumer<Listing> catalog;
  private OptionalLong term = OptionalLong.empty();
  private long changes;
  private Optional<Listing> last = Optional.empty();

  public CatalogEntry(Consumer<Listing> catalog) {
    this.catalog = catalog;
  }

  /** From now on lines are written, as this owner's. */
  public void ownedIn(long given) {
    term = OptionalLong.of(given);
  }

  boolean isOwned() {
    return term.isPresent();
  }

  /** The new line, if there is one. A name of which nothing was ever decided has none. */
  public Optional<Listing> show(ModelState state, Outlook outlook) {
    if (state.sequence() == 0 || term.isEmpty()) {
      return Optional.empty();
    }
    long soft = (term.getAsLong() << TERM_SHIFT) + changes;
    Listing next = listing(state, outlook, soft);
    if (last.isPresent() && sameBut(last.get(), next)) {
      return Optional.empty();
    }
    changes++;
    last = Optional.of(next);
    catalog.accept(next);
    return last;
  }

  /**
   * The line of a name that cannot be read back, so that it is seen which one and why; the next
   * owner that can read it replaces it.
   *
   * @param state as far as it was read
   * @param number of its last event, as far as that is known
   */
  static Listing broken(ModelState state, long number, long term, String why) {
    Optional<Declaration> declared = state.declaration();
    return new Listing(
        state.name(),
        number,
        term << TERM_SHIFT,
        declared.map(Declaration::version).orElse(0L),
        DeploymentPhase.FAILED,
        declared.map(known -> known.spec().engine()).orElse(""),
        declared.flatMap(known -> known.spec().model()),
        declared.map(known -> known.spec().replicas()).orElse(0),
        0,
        listed(why),
        OptionalInt.empty(),
        Optional.empty(),
        declared.map(Declaration::createdAt).orElse(Instant.EPOCH),
        declared.map(Declaration::self).orElse(false),
        false,
        Map.of(),
        false,
        Optional.empty(),
        // What it stands for answers on, as instances of a deployment do.
        state.alias().map(ModelState.Alias::target),
        Set.of(),
        Relief.NONE,
        0,
        Defaults.NONE);
  }

  /** Whether {@code line} says that the name cannot be read back for this reason. */
  static boolean isBroken(Listing line, String why) {
    return line.phase() == DeploymentPhase.FAILED && line.reason().equals(listed(why));
  }

  private static Optional<String> listed(String why) {
    return Optional.of(LastWords.within(why, LastWords.LISTED_BYTES));
  }

  /** A name that is neither was an alias. */
  private static Listing listing(ModelState state, Outlook outlook, long soft) {
    Optional<ModelState.Alias> alias = state.alias();
    return alias.isEmpty() && state.declaration().isPresent()
        ? listing(state, state.declaration().get(), outlook, soft)
        : Listing.ofAlias(
            state.name(),
            state.sequence(),
            soft,
            alias.isPresent() ? DeploymentPhase.READY : DeploymentPhase.ENDED,
            alias.map(ModelState.Alias::target),
            alias.map(ModelState.Alias::at).orElse(Instant.EPOCH));
  }

  private static Listing listing(
      ModelState state, Declaration declaration, Outlook outlook, long soft) {
    ModelSpec spec = declaration.spec();
    boolean ended = outlook.phase() == DeploymentPhase.ENDED;
    return new Listing(
        state.name(),
        state.sequence(),
        soft,
        declaration.version(),
        outlook.phase(),
        spec.engine(),
        spec.model(),
        ended ? 0 : state.wanted(),
        outlook.ready(),
        outlook.reason().map(why -> LastWords.within(why, LastWords.LISTED_BYTES)),
        ended ? OptionalInt.empty() : spec.context(),
        ended ? Optional.empty() : state.schemaWithEarlier(),
        declaration.createdAt(),
        declaration.self(),
        state.scaling().isPresent(),
        weights(state),
        !ended && outlook.returns(),
        ended || declaration.self() ? Optional.empty() : Optional.of(spec.policies().keep()),
        Optional.empty(),
        DependsDecider.needs(state),
        ended ? Relief.NONE : spec.policies().relief(),
        outlook.spare(),
        ended ? Defaults.NONE : spec.policies().defaults());
  }

  /**
   * What a canary gets of the requests; all others share the rest. What was given up or is taken
   * back gets none while another one takes them: gateways ask it for want of others only.
   */
  private static Map<Long, Integer> weights(ModelState state) {
    return state.live().flatMap(now -> state.rollout()).map(CatalogEntry::weights).orElse(Map.of());
  }

  private static Map<Long, Integer> weights(Rollout on) {
    return switch (on.stage()) {
      case ROLLING -> Map.of();
      case CANARY -> Map.of(on.to(), on.canary().orElse(0));
      case HALTED, RETURNING -> Map.of(on.to(), 0);
    };
  }

  private static boolean sameBut(Listing a, Listing b) {
    return a.version() == b.version()
        && a.phase() == b.phase()
        && a.ready() == b.ready()
        && a.returns() == b.returns()
        && a.spare() == b.spare()
        && a.reason().equals(b.reason());
  }
}
