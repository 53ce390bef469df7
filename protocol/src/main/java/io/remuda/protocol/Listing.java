package io.remuda.protocol;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.Relief;
import io.remuda.protocol.model.Schema;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * One deployment, or alias of one, in the fleet's catalog, written by the name's registry actor
 * alone. Of two listings of one name the one with the higher version holds; an ENDED one withdraws
 * the name.
 *
 * @param version journal sequence number
 * @param softVersion of two with one sequence number the one with the higher: it begins with the
 *     term of the registry actor that wrote it, which rises each time the name is taken over, and
 *     ends with a counter of its changes
 * @param specVersion what {@code If-Match} names
 * @param replicas instances that are wanted now
 * @param selfRegistered whether nobody declared it: machines have the model by themselves
 * @param scales whether it starts instances by itself when requests wait, so that they do not wait
 *     in vain; false where an operator stopped it
 * @param weights percent of the requests that instances of a revision get; those of all other
 *     revisions share what is left of 100; empty: all are alike
 * @param returns whether it has no instance for want of room and takes the place of one that is
 *     idle when requests wait for it
 * @param keep what may take its instances' places from it; empty where that is not said: nothing
 *     may then
 * @param alias the model that the name stands for, which is then no deployment itself
 * @param needs deployments that it is made of
 * @param relief which other models its requests go to
 * @param spare how many of its instances stay for the next lease alone, so that any other model may
 *     have their places; an older owner says 0
 * @param defaults what its requests say where their clients do not
 */
public record Listing(
    ModelName name,
    long version,
    long softVersion,
    long specVersion,
    DeploymentPhase phase,
    String engine,
    Optional<String> model,
    int replicas,
    int ready,
    Optional<String> reason,
    OptionalInt context,
    Optional<Schema> schema,
    Instant createdAt,
    boolean selfRegistered,
    boolean scales,
    Map<Long, Integer> weights,
    boolean returns,
    Optional<Keep> keep,
    Optional<ModelName> alias,
    Set<ModelName> needs,
    Relief relief,
    int spare,
    Defaults defaults)
    implements WireMessage {

  public Listing {
    // Older nodes do not tell.
    weights = Absent.orEmpty(weights);
    keep = Absent.orEmpty(keep);
    alias = Absent.orEmpty(alias);
    needs = Collections.unmodifiableSet(new TreeSet<>(Absent.orEmpty(needs)));
    relief = relief == null ? Relief.NONE : relief;
    defaults = defaults == null ? Defaults.NONE : defaults;
  }

  /** A plain one: it does not scale by itself, and its instances are all alike. */
  public Listing(
      ModelName name,
      long version,
      long softVersion,
      long specVersion,
      DeploymentPhase phase,
      String engine,
      Optional<String> model,
      int replicas,
      int ready,
      Optional<String> reason,
      OptionalInt context,
      Optional<Schema> schema,
      Instant createdAt,
      boolean selfRegistered) {
    this(
        name,
        version,
        softVersion,
        specVersion,
        phase,
        engine,
        model,
        replicas,
        ready,
        reason,
        context,
        schema,
        createdAt,
        selfRegistered,
        false,
        Map.of(),
        false,
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Relief.NONE,
        0,
        Defaults.NONE);
  }

  /**
   * An alias.
   *
   * @param phase ENDED where the name stands for nothing any more; else READY
   * @param target what it stands for; empty of one that has ended
   */
  public static Listing ofAlias(
      ModelName name,
      long version,
      long softVersion,
      DeploymentPhase phase,
      Optional<ModelName> target,
      Instant setAt) {
    return new Listing(
        name,
        version,
        softVersion,
        version,
        phase,
        "",
        Optional.empty(),
        0,
        0,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        setAt,
        false,
        false,
        Map.of(),
        false,
        Optional.empty(),
        target,
        Set.of(),
        Relief.NONE,
        0,
        Defaults.NONE);
  }

  /** Whether it has no instance because nobody asked for it, and a request makes it start. */
  public boolean sleeps() {
    return scales && replicas == 0;
  }

  /** Whether requests that wait for it may make an instance start. */
  public boolean wakes() {
    return scales || returns;
  }

  /** Whether this one replaces {@code other}, of the same name. */
  public boolean isNewerThan(Listing other) {
    return version != other.version ? version > other.version : softVersion > other.softVersion;
  }
}
