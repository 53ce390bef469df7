package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferencePort;
import java.util.List;
import java.util.Map;

/**
 * What becomes of one request's body on its way to an instance, and of the answer on its way back,
 * where client and instance do not speak the same form. Used from the request's loop only.
 */
public interface Translation {

  /** Whether the client wants events. */
  boolean stream();

  /**
   * The body for instances of {@code model}; called once, when the first of them is ready, and once
   * more when the request goes on to another model.
   *
   * @param body stays the caller's, and its indices as they are
   */
  Translated request(ModelEntry model, ByteBuf body);

  /** Where the instance answers what {@link #request} made. */
  String path();

  /** The headers for the instance, made of those that a client's request may pass on. */
  List<Map.Entry<String, String>> headers(List<Map.Entry<String, String>> passed);

  /** The same port, whose answers are in the client's form. */
  InferencePort answersOf(InferencePort port);

  /** What became of a body. */
  sealed interface Translated {

    /** The body as instances take it; the receiver frees it. */
    record Body(ByteBuf bytes) implements Translated {}

    /**
     * It is none.
     *
     * @param param the path of the field at fault; empty for the whole
     */
    record Bad(Refused refused, String param) implements Translated {}
  }
}
