package io.remuda.gateway.http;

import io.remuda.gateway.auth.Caller;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.EventView;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.PartWords;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Relief;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The other models that a deployment names: what it needs, falls back to and is copied to. A caller
 * for some models neither names nor sees nor removes the others there: to it they are unknown.
 */
final class NamedModels {

  private NamedModels() {}

  /**
   * What a deployment needs can neither be removed nor stopped, and what it falls back to or is
   * copied to has its load, so that a key for some models names none of the others.
   *
   * @param param where the request names them
   */
  static void refuseHidden(Caller caller, ModelSpec spec, String param) {
    hidden(caller, spec)
        .ifPresent(
            hidden -> {
              Refused unknown = Call.notFound(hidden.value()).refused();
              throw Refusal.of(unknown.code(), unknown.message(), param);
            });
  }

  /** Declared anew by somebody who does not see all that {@code stands} names, it would lose it. */
  static void refuseReplacing(Caller caller, ModelSpec stands) {
    if (hidden(caller, stands).isPresent()) {
      throw Refusal.of(
          ErrorCode.NOT_ALLOWED,
          stands.name()
              + " needs, falls back to or is copied to a model that "
              + caller.title()
              + " is not for, and would lose that; declare it with a key for all of them, or change"
              + " the number of its replicas alone");
    }
  }

  /** {@code spec} with those of them that the caller may know of. */
  static ModelSpec seen(Caller caller, ModelSpec spec) {
    if (hidden(caller, spec).isEmpty()) {
      return spec;
    }
    Policies all = spec.policies();
    Set<ModelName> needs =
        all.needs().stream().filter(caller::sees).collect(Collectors.toUnmodifiableSet());
    Relief relief =
        new Relief(
            all.relief().fallbacks().stream().filter(caller::sees).toList(),
            all.relief().shadow().filter(shadow -> caller.sees(shadow.to())));
    return spec.withPolicies(
        new Policies(all.scaling(), all.rollout(), all.keep(), needs, relief, all.defaults()));
  }

  /** A sentence of the registry's, which does not know who reads it; null where there is none. */
  static @Nullable String seen(Caller caller, Optional<String> sentence) {
    return sentence.map(text -> seen(caller, text)).orElse(null);
  }

  static String seen(Caller caller, String sentence) {
    return caller.seesAll() ? sentence : PartWords.seenBy(caller::sees, sentence);
  }

  /** A detail of an event: whom an instance gave its place to is a name, all others are words. */
  static String detail(Caller caller, EventView event, String key, String value) {
    return event.kind().equals("GaveWay") && key.equals("to")
        ? PartWords.seenAlone(caller::sees, value)
        : seen(caller, value);
  }

  private static Optional<ModelName> hidden(Caller caller, ModelSpec spec) {
    Relief relief = spec.policies().relief();
    return Stream.of(
            spec.policies().needs().stream(),
            relief.fallbacks().stream(),
            relief.shadow().map(Relief.Shadow::to).stream())
        .flatMap(names -> names)
        .filter(name -> !caller.sees(name))
        .findFirst();
  }
}
