package io.remuda.protocol.model;

import io.remuda.protocol.WireMessage;

/**
 * What a typed model takes and gives.
 *
 * @param fingerprint of the canonical form of all reachable message types, so that two schemas are
 *     the same exactly when their fingerprints are
 * @param inputType fully qualified name of the message that goes in
 * @param outputType fully qualified name of the message that comes out
 * @param descriptors a serialized {@code google.protobuf.FileDescriptorSet}, in Base64
 */
public record Schema(String fingerprint, String inputType, String outputType, String descriptors)
    implements WireMessage {}
