package io.remuda.node.front;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.model.LeaseToken;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The lease under which a call comes, and the call without it: no engine ever sees a token.
 *
 * @param token empty for a call of everybody
 * @param refused why the header is not one; the call goes nowhere then
 */
record LeaseHeader(Optional<LeaseToken> token, Optional<Refused> refused) {

  private static final LeaseHeader NONE = new LeaseHeader(Optional.empty(), Optional.empty());

  private static final LeaseHeader BAD =
      new LeaseHeader(
          Optional.empty(),
          Optional.of(
              Refused.of(
                  ErrorCode.INVALID_REQUEST,
                  "the header "
                      + Keys.LEASE_HEADER
                      + " is one <id>.<token> as the lease's answer gives them")));

  /** Of a call's headers, whose names are in lower case. */
  static LeaseHeader of(List<Map.Entry<String, String>> headers) {
    LeaseHeader found = NONE;
    for (Map.Entry<String, String> header : headers) {
      if (header.getKey().equals(Keys.LEASE_HEADER)) {
        found = found == NONE ? parsed(header.getValue()) : BAD;
      }
    }
    return found;
  }

  private static LeaseHeader parsed(String text) {
    Optional<LeaseToken> token = LeaseToken.parse(text);
    return token.isPresent() ? new LeaseHeader(token, Optional.empty()) : BAD;
  }

  InferenceRequest withoutIt(InferenceRequest request) {
    return token.isEmpty()
        ? request
        : new InferenceRequest(
            request.instance(),
            request.method(),
            request.path(),
            request.headers().stream()
                .filter(header -> !header.getKey().equals(Keys.LEASE_HEADER))
                .toList(),
            request.body(),
            request.model(),
            request.requestId(),
            request.stream(),
            request.loop());
  }
}
