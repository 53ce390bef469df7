package io.remuda.gateway.edge;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Keys;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The lease under which a request comes, as its header or its address says.
 *
 * @param token empty for a request of everybody
 * @param refused why that cannot be told; the request goes nowhere then
 */
public record CallLease(Optional<LeaseToken> token, Optional<Refused> refused) {

  private static final CallLease NONE = new CallLease(Optional.empty(), Optional.empty());

  /**
   * @param address the token in the address, if it has one
   * @param headers every value of {@link Keys#LEASE_HEADER}
   */
  public static CallLease of(Optional<String> address, List<String> headers) {
    if (address.isEmpty() && headers.isEmpty()) {
      return NONE;
    }
    String shown = address.orElseGet(() -> headers.get(0));
    Optional<LeaseToken> token = LeaseToken.parse(shown);
    if (token.isEmpty()) {
      return refused(
          "a lease is shown as <id>.<token>, in the header "
              + Keys.LEASE_HEADER
              + " or in the address /leases/<id>.<token>/v1; take both from the lease");
    }
    if (!headers.stream().allMatch(shown::equals)) {
      return refused(
          "the request names two leases, in its address or its headers "
              + Keys.LEASE_HEADER
              + "; name one");
    }
    return new CallLease(token, Optional.empty());
  }

  /**
   * The same of a caller for whom there are only {@code its} leases: under another's it is told
   * what it would be told of none.
   */
  public CallLease of(Predicate<LeaseId> its) {
    return token.filter(shown -> !its.test(shown.lease())).isEmpty()
        ? this
        : refused(
            ErrorCode.NOT_FOUND,
            "there is no lease of this id, or it ended long ago; 'POST /v1/leases' acquires one");
  }

  private static CallLease refused(String sentence) {
    return refused(ErrorCode.INVALID_REQUEST, sentence);
  }

  private static CallLease refused(ErrorCode code, String sentence) {
    return new CallLease(Optional.empty(), Optional.of(Refused.of(code, sentence)));
  }
}
