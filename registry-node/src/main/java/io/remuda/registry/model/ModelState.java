package io.remuda.registry.model;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.Scaling;
import io.remuda.protocol.model.Schema;
import io.remuda.registry.model.Recipes.Recipe;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Everything the journal says about one name.
 *
 * <p>Hard state: declaration, description, assignments, failures. Soft state (phases, load,
 * progress) is never here; it comes from reports.
 *
 * @param sequence of the last event; ids and versions are minted from it and so never repeat
 * @param removed whether the declaration was removed; it stays for its tombstone's sake
 * @param evolving whether the model is described anew, to find what was added to its schema
 * @param registrations what machines said that they have by themselves
 * @param earlier fingerprints of the schemas that the present one took the place of by adding to
 *     them, the oldest first: their tasks may still wait
 * @param schema that the name stands for; until the name is removed it stays, whatever a later
 *     declaration or description leaves out
 * @param placed numbers of all instances that were ever placed
 * @param recipes that are declared no more and that instances or a rollout rest on
 * @param rollout of one recipe in another one's place, while it goes on
 * @param target how many instances the name gave itself; empty where an operator's number holds
 * @param fit what starting its engines has taught about its need
 * @param tenancy which leases have which of its instances
 * @param previous revision that served before the last rollout that was completed, unless that one
 *     had an earlier version back
 * @param given the last place that it gave to another name, until an instance is ready again
 * @param alias what the name stands for, which is then no deployment; empty of all others
 * @param closed whether nothing was left to do for the name, and nothing happened to it since
 */
public record ModelState(
    ModelName name,
    long sequence,
    Optional<Declaration> declaration,
    boolean removed,
    Optional<Description> description,
    Map<InstanceId, Instance> instances,
    Failures failures,
    boolean evolving,
    Map<MachineId, Registration> registrations,
    List<String> earlier,
    Optional<Schema> schema,
    PlacedNumbers placed,
    Recipes recipes,
    Optional<Rollout> rollout,
    OptionalInt target,
    Fit fit,
    Tenancy tenancy,
    OptionalLong previous,
    Optional<SwapEvent.Given> given,
    Optional<Alias> alias,
    boolean closed) {

  /**
   * A machine that has the model by itself.
   *
   * @param fingerprint of the schema that it has
   * @param refused why it is left out; empty when it is taken
   */
  public record Registration(String fingerprint, Optional<String> refused) {
    boolean isTaken() {
      return refused.isEmpty();
    }
  }

  /**
   * Another name's second one.
   *
   * @param version sequence number of its last change; what {@code If-Match} names
   */
  public record Alias(ModelName target, long version, Instant at) {}

  /** What a machine found out about the model of {@code revision}. */
  public record Description(ModelFile file, long revision) {}

  /** How often in a row an instance came to nothing, and the last reason. */
  public record Failures(int count, Optional<Instant> last, Optional<String> reason) {
    public static final Failures NONE = new Failures(0, Optional.empty(), Optional.empty());

    Failures and(Instant at, String because) {
      return new Failures(count + 1, Optional.of(at), Optional.of(because));
    }
  }

  public ModelState {
    instances = Collections.unmodifiableMap(new TreeMap<>(instances));
    registrations = Collections.unmodifiableMap(new TreeMap<>(registrations));
    earlier = List.copyOf(earlier);
  }

  public static ModelState empty(ModelName name) {
    return new ModelState(
        name,
        0,
        Optional.empty(),
        false,
        Optional.empty(),
        Map.of(),
        Failures.NONE,
        false,
        Map.of(),
        List.of(),
        Optional.empty(),
        PlacedNumbers.NONE,
        Recipes.NONE,
        Optional.empty(),
        OptionalInt.empty(),
        Fit.NONE,
        Tenancy.NONE,
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        false);
  }

  /** The declaration, unless there never was one or it was removed. */
  public Optional<Declaration> live() {
    return removed ? Optional.empty() : declaration;
  }

  /**
   * How many instances are to run now: as many as an operator said; where the name scales by
   * itself, as many as it gave itself last, within its bounds.
   */
  public int wanted() {
    return live()
        .map(now -> now.spec().replicas())
        .map(said -> scaling().map(bounds -> bounds.clamp(target.orElse(said))).orElse(said))
        .orElse(0);
  }

  /** How the name scales by itself; empty where it does not, or an operator stopped it. */
  public Optional<Scaling> scaling() {
    return live()
        .filter(now -> now.spec().replicas() > 0)
        .flatMap(now -> now.spec().policies().scaling());
  }

  /** Whether it has no instance because nobody asks for it, and starts when somebody does. */
  public boolean sleeps() {
    return scaling().isPresent() && wanted() == 0;
  }

  /** The description of the recipe that is declared now. */
  public Optional<ModelFile> currentFile() {
    return live()
        .flatMap(
            now -> description.filter(d -> d.revision() == now.revision()).map(Description::file));
  }

  /** The schema as far as declaration and description tell it. */
  Optional<Schema> toldSchema() {
    return live()
        .flatMap(now -> now.spec().schema().or(() -> description.flatMap(d -> d.file().schema())));
  }

  /** The same, and the schemas whose tasks its instances work off as well. */
  public Optional<Schema> schemaWithEarlier() {
    return schema().map(now -> now.after(earlier));
  }

  /**
   * The revision that instances are to be of: the declared one, or the one before it where a
   * rollout was given up; -1 where nothing is declared.
   */
  public long goal() {
    return live().map(now -> rollout.map(Rollout::goal).orElse(now.revision())).orElse(-1L);
  }

  /**
   * What an instance of {@code revision} is started from. Of a recipe that an earlier version did
   * not keep nothing is known: then it is the declared one, without what was found out about it.
   */
  public Optional<Recipe> recipe(long revision) {
    return recipes.find(revision).or(() -> declaration.map(this::recipe));
  }

  /** The recipe that {@code declared} is, of the description that there is. */
  Recipe recipe(Declaration declared) {
    return new Recipe(
        declared.spec(),
        schemaWithEarlier(),
        description.filter(d -> d.revision() == declared.revision()).map(Description::file));
  }

  /** Whether the name is there because machines registered it, and not by a declaration. */
  public boolean isSelfRegistered() {
    return live().map(Declaration::self).orElse(false);
  }

  /** Whether {@code machine} registered the schema that the name stands for. */
  public boolean isTaken(MachineId machine) {
    Registration registration = registrations.get(machine);
    return registration != null && registration.isTaken();
  }

  /** This state after {@code event}. */
  public ModelState on(ModelEvent event) {
    ModelState next =
        event.applyTo(
            but(
                draft -> {
                  draft.sequence = sequence + 1;
                  draft.closed = false;
                }));
    return wanted() == 0 && next.wanted() > 0
        ? next.but(draft -> draft.rollout = next.rollout.map(on -> on.anew(event.at())))
        : next;
  }

  /** This state after all of {@code events}. */
  public ModelState on(List<? extends ModelEvent> events) {
    ModelState state = this;
    for (ModelEvent event : events) {
      state = state.on(event);
    }
    return state;
  }

  ModelState with(Optional<Rollout> next) {
    return but(draft -> draft.rollout = next);
  }

  ModelState assigned(Instance instance) {
    return but(
        next -> {
          next.instances.put(instance.id(), instance);
          next.placed = placed.and(instance.id().number());
        });
  }

  ModelState with(Instance instance) {
    return but(next -> next.instances.put(instance.id(), instance));
  }

  ModelState without(InstanceId id) {
    return but(next -> next.instances.remove(id));
  }

  ModelState with(Failures counted) {
    return but(next -> next.failures = counted);
  }

  /** It gave itself another number of instances; empty: an operator's number holds. */
  ModelState with(OptionalInt given) {
    return but(next -> next.target = given);
  }

  ModelState with(Fit learnt) {
    return but(next -> next.fit = learnt);
  }

  ModelState with(Tenancy next) {
    return but(draft -> draft.tenancy = next);
  }

  /** One of its instances goes for another name's sake. */
  ModelState gaveWay(SwapEvent.Given last) {
    return but(next -> next.given = Optional.of(last));
  }

  /** It has come back from where it gave way. */
  ModelState cameBack() {
    return given.isEmpty() ? this : but(next -> next.given = Optional.empty());
  }

  /** It stands for another name, or no longer does. */
  ModelState standingIn(Optional<Alias> next) {
    return but(draft -> draft.alias = next);
  }

  ModelState standingFor(Optional<Schema> kept) {
    return but(next -> next.schema = kept);
  }

  /** This state but for what {@code change} sets. */
  ModelState but(Consumer<ModelStateDraft> change) {
    ModelStateDraft draft = new ModelStateDraft(this);
    change.accept(draft);
    return draft.done();
  }
}
