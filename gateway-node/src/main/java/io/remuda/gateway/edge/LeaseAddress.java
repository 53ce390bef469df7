package io.remuda.gateway.edge;

import io.remuda.protocol.model.LeaseToken;
import java.util.Optional;

/**
 * An address that may stand under a lease, {@code /leases/<id>.<number>/v1/...}: so a client that
 * knows nothing of leases is given one as its base URL.
 *
 * @param path what is asked, without the lease
 * @param token as the address has it; empty where it names none
 */
public record LeaseAddress(String path, Optional<String> token) {

  /** The first segment of every address under a lease. */
  public static final String SEGMENT = "leases";

  private static final String PREFIX = "/" + SEGMENT + "/";

  /** Of a canonical path; see {@link Paths#canonical}. */
  static LeaseAddress of(String canonical) {
    if (!canonical.startsWith(PREFIX)) {
      return new LeaseAddress(canonical, Optional.empty());
    }
    int end = canonical.indexOf('/', PREFIX.length());
    return end < 0
        ? new LeaseAddress("/", Optional.of(canonical.substring(PREFIX.length())))
        : new LeaseAddress(
            canonical.substring(end), Optional.of(canonical.substring(PREFIX.length(), end)));
  }

  /** The base URL of a client that is to use the lease. */
  public static String baseUrl(String gateway, LeaseToken token) {
    return gateway + PREFIX + token + "/v1";
  }
}
