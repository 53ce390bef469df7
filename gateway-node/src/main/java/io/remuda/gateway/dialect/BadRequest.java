package io.remuda.gateway.dialect;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;

/** A client's request that comes to nothing; on its way out of the translation. */
final class BadRequest extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Refused refused;
  private final String path;

  private BadRequest(ErrorCode code, String path, String message) {
    super(message, null, false, false);
    this.refused = Refused.of(code, path + ": " + message);
    this.path = path;
  }

  /**
   * The client is at fault.
   *
   * @param path of the field
   */
  static BadRequest at(String path, String message) {
    return new BadRequest(ErrorCode.INVALID_REQUEST, path, message);
  }

  /** It asks for what engines here do not do. */
  static BadRequest notSupported(String path, String message) {
    return new BadRequest(ErrorCode.NOT_SUPPORTED, path, message);
  }

  Put.Bad put() {
    return new Put.Bad(refused, path);
  }
}
