package io.remuda.gateway.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Says the requests of one address in the words of another one, which more engines answer. */
@FunctionalInterface
public interface Translator {

  /**
   * What an engine is to be asked for {@code request}.
   *
   * @param request the client's; it may be taken apart
   */
  Put put(ObjectNode request, CallFacts facts);
}
