package io.remuda.gateway.typed;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;

/**
 * Bytes that are no message of the type asked for. Says where: the path of the field as a client
 * writes it, such as {@code orders[3].labels["a"]}; empty for the whole body. Has no stack trace;
 * it is an answer to a client and no bug.
 */
public final class BadMessage extends Exception {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String path;

  BadMessage(ErrorCode code, String path, String sentence) {
    super(sentence, null, false, false);
    this.code = code;
    this.path = path;
  }

  /** Of a field whose value is not what its type asks for. */
  static BadMessage at(FieldPath path, String what) {
    String where = path.toString();
    return new BadMessage(
        ErrorCode.INVALID_REQUEST,
        where,
        (where.isEmpty() ? "the body " : "the field '" + where + "' ") + what);
  }

  /** What error bodies carry as {@code param}; empty where the body as a whole is wrong. */
  public String path() {
    return path;
  }

  public Refused refused() {
    return Refused.of(code, String.valueOf(getMessage()));
  }
}
