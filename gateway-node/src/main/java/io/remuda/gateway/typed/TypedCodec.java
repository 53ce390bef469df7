package io.remuda.gateway.typed;

import com.google.protobuf.ByteString;

/** One schema's messages in their two forms. Safe for any thread. */
public interface TypedCodec {

  /** Of the canonical form of all reachable types; two schemas are the same when these are. */
  String fingerprint();

  /**
   * The input message in binary form.
   *
   * @param contentType as the client sent it: JSON, or {@code application/x-protobuf}, whose bytes
   *     are checked and handed on; anything else is refused with 415
   */
  Decoded toBinary(String contentType, byte[] body);

  /** An output message as JSON in UTF-8; throws IllegalArgumentException for broken bytes. */
  byte[] toJson(ByteString output);
}
