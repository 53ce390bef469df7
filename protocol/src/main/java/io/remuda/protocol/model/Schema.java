package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;
import java.util.List;

/**
 * What a typed model takes and gives.
 *
 * @param fingerprint of the canonical form of all reachable message types, so that two schemas are
 *     the same exactly when their fingerprints are
 * @param inputType fully qualified name of the message that goes in
 * @param outputType fully qualified name of the message that comes out
 * @param descriptors a serialized {@code google.protobuf.FileDescriptorSet}, in Base64
 * @param earlier fingerprints of the schemas that it took the place of by adding to them: their
 *     tasks may still wait. Known where it came from the registry, and no part of what it is
 */
public record Schema(
    String fingerprint,
    String inputType,
    String outputType,
    String descriptors,
    List<String> earlier)
    implements WireMessage {

  public Schema {
    // Older nodes and files do not tell.
    earlier = earlier == null ? List.of() : List.copyOf(earlier);
  }

  public Schema(String fingerprint, String inputType, String outputType, String descriptors) {
    this(fingerprint, inputType, outputType, descriptors, List.of());
  }

  public Schema after(List<String> fingerprints) {
    return new Schema(fingerprint, inputType, outputType, descriptors, fingerprints);
  }
}
