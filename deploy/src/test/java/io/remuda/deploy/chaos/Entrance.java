package io.remuda.deploy.chaos;

import java.util.List;

/**
 * Where clients come in.
 *
 * @param gateways all of them
 * @param key that opens them
 * @param broken which of them are
 */
record Entrance(List<Gateway> gateways, String key, Broken broken) {

  Entrance {
    gateways = List.copyOf(gateways);
  }

  /** A gateway, and its address. */
  record Gateway(String name, String url) {}
}
