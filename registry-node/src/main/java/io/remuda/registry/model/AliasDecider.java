package io.remuda.registry.model;

import static io.remuda.protocol.ErrorCode.INVALID_REQUEST;
import static io.remuda.protocol.ErrorCode.IN_USE;
import static io.remuda.protocol.ErrorCode.MODEL_NOT_FOUND;
import static io.remuda.protocol.ErrorCode.NOT_FOUND;
import static io.remuda.protocol.ErrorCode.REGISTRY_UNAVAILABLE;
import static io.remuda.protocol.ErrorCode.SPEC_CONFLICT;
import static io.remuda.protocol.ErrorCode.STALE_VERSION;

import io.remuda.protocol.Refused;
import io.remuda.protocol.RegistryProtocol.AliasReply;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.AliasView;
import io.remuda.protocol.model.PartWords;
import io.remuda.registry.model.AliasEvent.AliasRemoved;
import io.remuda.registry.model.AliasEvent.AliasSet;
import io.remuda.registry.model.RegistryMessage.Stands;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a command does to a name that stands for another one, or is to.
 *
 * <p>Guarantees: a name is a deployment or an alias and never both; an alias is set to a deployment
 * that there is, and not to another alias; the same target again changes nothing. A target may be
 * removed later: then the alias stays and stands for nothing that answers.
 */
public final class AliasDecider {

  private AliasDecider() {}

  /**
   * What setting it comes to, as far as the name itself tells: events only where its target is to
   * be asked for first.
   */
  public static Decision set(
      ModelState state, ModelName target, Optional<Long> ifMatch, Instant at) {
    ModelName name = state.name();
    if (state.live().isPresent()) {
      return Decision.refused(
          INVALID_REQUEST,
          ("%1$s is a deployment, and an alias never stands before one; choose another name, or"
                  + " remove the deployment with `remuda rm %1$s` first")
              .formatted(name));
    }
    if (target.equals(name)) {
      return Decision.refused(
          INVALID_REQUEST, "%s cannot be an alias of itself; name a deployment".formatted(name));
    }
    if (!state.instances().isEmpty()) {
      return Decision.refused(
          IN_USE,
          "the deployment %s was removed and %d of its instances still stop; try again shortly"
              .formatted(name, state.instances().size()));
    }
    if (ifMatch.isPresent() && !ifMatch.equals(state.alias().map(ModelState.Alias::version))) {
      return Decision.refused(
          STALE_VERSION,
          state
              .alias()
              .map(
                  now ->
                      "%s is at version %d, not %d; look at it again and repeat the change"
                          .formatted(name, now.version(), ifMatch.get()))
              .orElseGet(
                  () ->
                      "%s is no alias, so there is no version %d of it; set it without If-Match"
                          .formatted(name, ifMatch.get())));
    }
    return state.alias().filter(now -> now.target().equals(target)).isPresent()
        ? Decision.accepted()
        : Decision.accepted(new AliasSet(name, target, at));
  }

  /**
   * The same, once its target has answered.
   *
   * @param stands what the target is; empty when it did not answer in time
   */
  public static Decision set(
      ModelState state,
      ModelName target,
      Optional<Long> ifMatch,
      Optional<Stands> stands,
      Instant at) {
    Decision decision = set(state, target, ifMatch, at);
    return decision.events().isEmpty()
        ? decision
        : unfit(target, stands)
            .map(why -> new Decision(List.of(), Optional.of(why)))
            .orElse(decision);
  }

  /** Why it is not set any more by who asked for that at {@code sequence}. */
  static Optional<Refused> changedSince(ModelState state, long sequence) {
    return state.sequence() == sequence
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                STALE_VERSION,
                "%s was changed while its target was asked; look at it again and repeat the change"
                    .formatted(state.name())));
  }

  private static Optional<Refused> unfit(ModelName target, Optional<Stands> stands) {
    if (stands.isEmpty()) {
      return Optional.of(
          Refused.of(
              REGISTRY_UNAVAILABLE,
              "it could not be found out in time whether %s is deployed, so nothing was changed; try"
                      .formatted(target)
                  + " again"));
    }
    if (stands.get().alias().isPresent()) {
      return Optional.of(
          Refused.of(
              INVALID_REQUEST,
              "%s is an alias itself, of %s; an alias stands for a deployment: name that one"
                  .formatted(target, stands.get().alias().get())));
    }
    return stands.get().deployed()
        ? Optional.empty()
        : Optional.of(
            Refused.of(
                MODEL_NOT_FOUND,
                "%s is not deployed, so nothing can be an alias of it; `remuda ls` shows what is"
                    .formatted(target)));
  }

  /**
   * What taking it away comes to.
   *
   * @param users deployments that need it
   */
  public static Decision remove(ModelState state, Set<ModelName> users, Instant at) {
    if (state.alias().isEmpty()) {
      return new Decision(List.of(), Optional.of(unknown(state)));
    }
    return users.isEmpty()
        ? Decision.accepted(new AliasRemoved(state.name(), at))
        : Decision.refused(
            IN_USE,
            "%s %s; deploy that without it, or set the alias to another deployment"
                .formatted(state.name(), PartWords.neededBy(users)));
  }

  /**
   * What is answered.
   *
   * @param before {@code decision} was written
   * @param after it was written
   */
  static AliasReply reply(ModelState before, ModelState after, Decision decision) {
    return decision
        .refused()
        .map(AliasReply::refused)
        .or(() -> view(after).or(() -> view(before)).map(AliasReply::of))
        .orElseGet(() -> AliasReply.refused(unknown(after)));
  }

  /** What the name is, for the owner of another one. */
  static Stands stands(ModelState state) {
    return new Stands(state.live().isPresent(), state.alias().map(ModelState.Alias::target));
  }

  static Optional<AliasView> view(ModelState state) {
    return state
        .alias()
        .map(now -> new AliasView(state.name(), now.target(), now.version(), now.at()));
  }

  /** Why a deployment cannot have the name; nothing where it can. */
  static Optional<Refused> taken(ModelState state) {
    return state
        .alias()
        .map(
            now ->
                Refused.of(
                    SPEC_CONFLICT,
                    ("%1$s is an alias of %2$s, and a name is never both; choose another name, or"
                            + " `remuda alias rm %1$s` first")
                        .formatted(state.name(), now.target())));
  }

  static Refused unknown(ModelState state) {
    return Refused.of(
        NOT_FOUND,
        state.live().isPresent()
            ? state.name() + " is a deployment and no alias; `remuda alias ls` shows what is"
            : state.name() + " is no alias; `remuda alias ls` shows what is");
  }
}
