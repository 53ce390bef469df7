package io.remuda.protocol.model;

import io.remuda.protocol.Absent;
import io.remuda.protocol.id.ModelName;
import java.util.List;
import java.util.Optional;

/**
 * Which other models a deployment's requests go to: in its place where it cannot serve them, and
 * beside it as copies whose answers nobody sees.
 *
 * @param fallbacks models, or aliases of such, that answer for it, in the order in which they are
 *     tried; theirs are not followed
 */
public record Relief(List<ModelName> fallbacks, Optional<Shadow> shadow) {

  /** Of one model. More: a request that nobody serves takes longer to be refused. */
  public static final int MOST_FALLBACKS = 8;

  /** Its requests go to it alone. */
  public static final Relief NONE = new Relief(List.of(), Optional.empty());

  /**
   * Where copies go.
   *
   * @param share of the requests that were answered: above 0, 1 at most
   */
  public record Shadow(ModelName to, double share) {}

  public Relief {
    fallbacks = Absent.orEmpty(fallbacks);
    shadow = Absent.orEmpty(shadow);
  }
}
