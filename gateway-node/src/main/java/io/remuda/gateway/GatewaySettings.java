package io.remuda.gateway;

import com.typesafe.config.Config;
import io.remuda.gateway.auth.OidcSettings;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.config.StartRefused;
import java.time.Duration;
import java.util.Optional;

/**
 * Where a gateway listens and whom it lets in, from {@code remuda.gateway}.
 *
 * @param address of the public port; port 0 is a free one
 * @param authentication whether callers need a key
 * @param oidc whose bearer tokens are taken beside keys; empty: nobody's
 * @param newAdminKey whether this start makes an administrator's key though there are keys
 * @param edge whether the byte path has a server of its own
 * @param tls of the public port; empty for HTTP
 * @param startTimeout within which all ports must be open
 * @param stopTimeout that each part gets to end
 * @param firstTalkRetry after which the registry is asked again at the start
 */
record GatewaySettings(
    HostPort address,
    boolean authentication,
    Optional<OidcSettings> oidc,
    boolean newAdminKey,
    boolean edge,
    Optional<PublicTlsSettings> tls,
    Duration startTimeout,
    Duration stopTimeout,
    Duration firstTalkRetry) {

  /** Reads the settings; throws {@link StartRefused} for an open door without a lock. */
  static GatewaySettings from(Config config) {
    Config gateway = config.getConfig("remuda.gateway");
    GatewaySettings settings =
        new GatewaySettings(
            new HostPort(gateway.getString("host"), gateway.getInt("port")),
            gateway.getBoolean("auth"),
            OidcSettings.from(config),
            gateway.getBoolean("new-admin-key"),
            gateway.getBoolean("edge"),
            PublicTlsSettings.from(config),
            gateway.getDuration("start-timeout"),
            gateway.getDuration("stop-timeout"),
            gateway.getDuration("first-talk-retry"));
    if (!settings.authentication() && !settings.address().isLoopback()) {
      throw new StartRefused(
          "The gateway would listen on "
              + settings.address()
              + ", where others can reach it, and let everybody in. Turn authentication on with"
              + " --auth (remuda.gateway.auth = on), or listen on 127.0.0.1.");
    }
    if (settings.newAdminKey() && !settings.authentication()) {
      throw new StartRefused(
          "A new administrator's key was asked for (--new-admin-key), but this gateway asks nobody"
              + " for a key. Start it with --auth, or leave --new-admin-key out.");
    }
    if (settings.oidc().isPresent() && !settings.authentication()) {
      throw new StartRefused(
          "remuda.gateway.oidc names an issuer of tokens, but this gateway asks nobody who they are."
              + " Start it with --auth, or leave the issuer out.");
    }
    return settings;
  }
}
