package io.remuda.gateway.edge;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds how a request whose model the address names is translated. */
@FunctionalInterface
public interface Translations {

  /** Where there are no typed models. */
  Translations NONE =
      (endpoint, headers) ->
          Found.refused(
              Refused.of(ErrorCode.NOT_SUPPORTED, "this gateway does not serve typed models"));

  /**
   * @param endpoint one whose requests name their model in the address
   * @param headers of the request, names in lower case
   */
  Found of(Endpoint endpoint, List<Map.Entry<String, String>> headers);

  /** Exactly one of the two. */
  record Found(Optional<Translation> translation, Optional<Refused> refused) {

    public static Found of(Translation translation) {
      return new Found(Optional.of(translation), Optional.empty());
    }

    public static Found refused(Refused reason) {
      return new Found(Optional.empty(), Optional.of(reason));
    }
  }
}
