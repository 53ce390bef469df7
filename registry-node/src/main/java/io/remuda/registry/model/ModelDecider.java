package io.remuda.registry.model;

import static io.remuda.protocol.ErrorCode.INVALID_SPEC;
import static io.remuda.protocol.ErrorCode.MODEL_NOT_FOUND;
import static io.remuda.protocol.ErrorCode.SCHEMA_CONFLICT;
import static io.remuda.protocol.ErrorCode.SPEC_CONFLICT;
import static io.remuda.protocol.ErrorCode.STALE_VERSION;

import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Scaling;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.SchemaDiff;
import io.remuda.registry.model.DeploymentEvent.DeploymentBrought;
import io.remuda.registry.model.DeploymentEvent.DeploymentChanged;
import io.remuda.registry.model.DeploymentEvent.DeploymentDeclared;
import io.remuda.registry.model.DeploymentEvent.DeploymentRemoved;
import io.remuda.registry.model.DeploymentEvent.DeploymentScaled;
import io.remuda.registry.model.DeploymentEvent.SchemaEvolved;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What an operator's command does to a name.
 *
 * <p>Guarantees: a name never has two schemas at a time; the same specification again changes
 * nothing; another one is taken only from a caller who names the version that he saw; each accepted
 * change is one event.
 */
public final class ModelDecider {

  private ModelDecider() {}

  /**
   * What a declaration comes to.
   *
   * @param evolve whether the caller wants another schema taken that only adds to the present one
   */
  public static Decision deploy(
      ModelState state, ModelSpec wanted, Optional<Long> ifMatch, boolean evolve, Instant at) {
    if (state.alias().isPresent()) {
      return new Decision(List.of(), AliasDecider.taken(state));
    }
    if (state.live().isEmpty()) {
      return ifMatch.isPresent()
          ? Decision.refused(
              STALE_VERSION,
              "%s is not deployed, so there is no version %d of it; deploy it without If-Match"
                  .formatted(wanted.name(), ifMatch.get()))
          : Decision.accepted(new DeploymentDeclared(wanted, at));
    }
    Declaration now = state.live().get();
    if (now.lease().isPresent() && ifMatch.isEmpty()) {
      return Decision.refused(
          SPEC_CONFLICT,
          ("%s was brought by lease %s and goes when that ends; choose another name, or deploy it"
                  + " when the lease has ended")
              .formatted(state.name(), now.lease().get()));
    }
    boolean same = !now.self() && now.spec().equals(wanted);
    if (same && !evolve) {
      // A change that is sent a second time names the version that it has itself made an old one.
      return ifMatch.filter(seen -> seen == now.version()).isPresent()
          ? RolloutDecider.again(state, now, at)
          : Decision.accepted();
    }
    if (!same && ifMatch.isPresent() && ifMatch.get() != now.version()) {
      return Decision.refused(
          STALE_VERSION,
          "%s is at version %d, not %d; look at it again and repeat the change"
              .formatted(wanted.name(), now.version(), ifMatch.get()));
    }
    if (evolve) {
      return evolve(state, now, wanted, ifMatch, at);
    }
    Optional<Refused> conflict = conflict(state, wanted.schema());
    return conflict.isPresent()
        ? new Decision(List.of(), conflict)
        : change(state, now, wanted, ifMatch, at);
  }

  private static Decision change(
      ModelState state, Declaration now, ModelSpec wanted, Optional<Long> ifMatch, Instant at) {
    if (now.self()) {
      // Whoever declares it takes it over, with the schema that it has.
      ModelSpec kept =
          wanted.schema().isEmpty()
              ? state.schema().map(wanted::withSchema).orElse(wanted)
              : wanted;
      return Decision.accepted(new DeploymentChanged(kept, at));
    }
    if (now.spec().equals(wanted)) {
      return Decision.accepted();
    }
    return ifMatch.isPresent() ? RolloutDecider.change(state, now, wanted, at) : blind(now, wanted);
  }

  private static Decision blind(Declaration now, ModelSpec wanted) {
    return Decision.refused(
        SPEC_CONFLICT,
        "%s is deployed with another %s; send If-Match: %d (--update) to change it"
            .formatted(wanted.name(), differences(now.spec(), wanted), now.version()));
  }

  /** A schema that only adds is taken; one that is not told is looked for in the model itself. */
  private static Decision evolve(
      ModelState state, Declaration now, ModelSpec wanted, Optional<Long> ifMatch, Instant at) {
    Optional<Schema> from = state.schema();
    Optional<String> fingerprint = wanted.schema().map(Schema::fingerprint);
    if (from.isEmpty() || from.map(Schema::fingerprint).equals(fingerprint)) {
      return change(state, now, wanted, ifMatch, at);
    }
    ModelSpec alone = wanted.schema().map(now.spec()::withSchema).orElse(now.spec());
    if (!now.self() && ifMatch.isEmpty() && !alone.equals(wanted)) {
      return blind(now, wanted);
    }
    if (wanted.schema().isEmpty()) {
      return state.evolving() && now.spec().equals(wanted)
          ? Decision.accepted()
          : Decision.accepted(
              new SchemaEvolved(
                  wanted,
                  "its model is described anew; what is added to its schema is taken, anything"
                      + " else refused",
                  at));
    }
    SchemaDiff diff = SchemaDiff.between(from.get(), wanted.schema().get());
    return diff.isCompatible()
        ? Decision.accepted(new SchemaEvolved(wanted, diff.text(), at))
        : new Decision(List.of(), Optional.of(conflict(state.name(), diff)));
  }

  public static Decision scale(ModelState state, int replicas, Instant at) {
    if (state.live().isEmpty()) {
      return notDeployed(state);
    }
    if (replicas < 0 || replicas > ModelSpec.MAX_REPLICAS) {
      return Decision.refused(
          INVALID_SPEC, "replicas is 0 to %d, not %d".formatted(ModelSpec.MAX_REPLICAS, replicas));
    }
    Optional<Scaling> bounds = state.live().get().spec().policies().scaling();
    if (replicas > 0 && bounds.map(b -> replicas < b.min() || replicas > b.max()).orElse(false)) {
      return Decision.refused(
          INVALID_SPEC,
          ("%s scales by itself between %d and %d instances, so that %d are none; scale it within"
                  + " these, or deploy it with other bounds")
              .formatted(state.name(), bounds.get().min(), bounds.get().max(), replicas));
    }
    return state.live().get().spec().replicas() == replicas
            && state.wanted() == replicas
            && !state.isSelfRegistered()
        ? Decision.accepted()
        : Decision.accepted(new DeploymentScaled(state.name(), replicas, at));
  }

  public static Decision remove(ModelState state, Instant at) {
    if (state.live().isEmpty()) {
      return notDeployed(state);
    }
    return state.isSelfRegistered()
        ? Decision.refused(
            SPEC_CONFLICT,
            ("%1$s registered itself from machine %2$s and would come back: take the model away"
                    + " there, or `remuda scale %1$s 0` to keep it stopped")
                .formatted(
                    state.name(),
                    state.registrations().keySet().stream()
                        .map(MachineId::value)
                        .collect(Collectors.joining(", "))))
        : Decision.accepted(new DeploymentRemoved(state.name(), at));
  }

  /** What a deployment comes to that a lease brings: it is declared where nobody has the name. */
  public static Decision bring(ModelState state, ModelSpec wanted, LeaseId lease, Instant at) {
    if (state.alias().isPresent()) {
      return new Decision(List.of(), AliasDecider.taken(state));
    }
    if (state.live().isEmpty()) {
      return Decision.accepted(new DeploymentBrought(wanted, lease, at));
    }
    return isBroughtBy(state, Optional.of(lease))
        ? Decision.accepted()
        : Decision.refused(
            SPEC_CONFLICT,
            ("there is a deployment %s already, which lease %s has not brought; lease that one as a"
                    + " model, or choose another name")
                .formatted(state.name(), lease));
  }

  /**
   * A lease is over: what it brought goes with it, and nothing that anybody else declared.
   *
   * @param lease empty of one that brought it when that was not written down
   */
  public static Decision takeBack(ModelState state, Optional<LeaseId> lease, Instant at) {
    return state.live().isEmpty() || isBroughtBy(state, lease)
        ? remove(state, at)
        : Decision.refused(
            MODEL_NOT_FOUND, "the deployment %s is another's".formatted(state.name()));
  }

  private static boolean isBroughtBy(ModelState state, Optional<LeaseId> lease) {
    return state.live().filter(now -> now.lease().equals(lease)).isPresent();
  }

  /** What is said of a name that is not declared. */
  static Refused unknown(ModelState state) {
    return Refused.of(
        MODEL_NOT_FOUND,
        state
            .alias()
            .map(
                alias ->
                    "%s is an alias of %s and no deployment itself; name that one"
                        .formatted(state.name(), alias.target()))
            .orElseGet(
                () -> "%s is not deployed; `remuda ls` shows what is".formatted(state.name())));
  }

  private static Decision notDeployed(ModelState state) {
    return new Decision(List.of(), Optional.of(unknown(state)));
  }

  /** What is said of a model whose schema is another one than its name stands for. */
  static Optional<Refused> conflict(ModelState state, Optional<Schema> found) {
    if (found.isEmpty() || state.schema().isEmpty()) {
      return Optional.empty();
    }
    SchemaDiff diff = SchemaDiff.between(state.schema().get(), found.get());
    return diff.isEmpty() ? Optional.empty() : Optional.of(conflict(state.name(), diff));
  }

  private static Refused conflict(ModelName name, SchemaDiff diff) {
    String cure =
        diff.isCompatible()
            ? "these only add, so --evolve (evolve=true) takes them"
            : "choose another name, or remove this one first";
    return Refused.of(
            SCHEMA_CONFLICT,
            "%s stands for another schema: %s; a name never has two: %s"
                .formatted(name, diff.text(), cure))
        .with(diff.details());
  }

  private static String differences(ModelSpec now, ModelSpec wanted) {
    List<String> fields = new ArrayList<>();
    differ(fields, "engine", now.engine(), wanted.engine());
    differ(fields, "model", now.model(), wanted.model());
    differ(fields, "replicas", now.replicas(), wanted.replicas());
    differ(fields, "resources", now.resources(), wanted.resources());
    differ(fields, "context", now.context(), wanted.context());
    differ(fields, "slots", now.slots(), wanted.slots());
    differ(fields, "arguments", now.arguments(), wanted.arguments());
    differ(fields, "machineLabels", now.machineLabels(), wanted.machineLabels());
    differ(fields, "strategy", now.strategy(), wanted.strategy());
    differ(fields, "antiAffinity", now.antiAffinity(), wanted.antiAffinity());
    differ(fields, "schema", now.schema(), wanted.schema());
    differ(fields, "rollout", now.policies().rollout(), wanted.policies().rollout());
    differ(fields, "scaling", now.policies().scaling(), wanted.policies().scaling());
    differ(fields, "pinned or priority", now.policies().keep(), wanted.policies().keep());
    differ(fields, "needs", now.policies().needs(), wanted.policies().needs());
    differ(fields, "fallbacks or shadow", now.policies().relief(), wanted.policies().relief());
    differ(fields, "defaults", now.policies().defaults(), wanted.policies().defaults());
    return String.join(", ", fields);
  }

  private static void differ(List<String> fields, String field, Object now, Object wanted) {
    if (!Objects.equals(now, wanted)) {
      fields.add(field);
    }
  }
}
