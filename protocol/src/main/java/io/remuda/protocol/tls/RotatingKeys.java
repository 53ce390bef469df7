package io.remuda.protocol.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Asks, at each handshake anew, for the key to show. The alias that a handshake is given names the
 * load that it is from, and the load before the newest is kept: so a handshake within which a key
 * is replaced gets key and chain of one pair still, and one within which two are ends.
 */
public final class RotatingKeys extends X509ExtendedKeyManager {

  private final Supplier<X509ExtendedKeyManager> now;
  private volatile Loads loads;

  /** What was there at one time, until there was something else. */
  private record Load(long number, X509ExtendedKeyManager keys) {

    String prefix() {
      return number + "/";
    }

    @Nullable String alias(@Nullable String own) {
      return own == null ? null : prefix() + own;
    }

    String @Nullable [] aliases(String @Nullable [] own) {
      return own == null
          ? null
          : Arrays.stream(own).map(each -> prefix() + each).toArray(String[]::new);
    }
  }

  private record Loads(Load newest, Load before) {

    Optional<Load> of(String alias) {
      if (alias.startsWith(newest.prefix())) {
        return Optional.of(newest);
      }
      return alias.startsWith(before.prefix()) ? Optional.of(before) : Optional.empty();
    }
  }

  RotatingKeys(Supplier<X509ExtendedKeyManager> now) {
    this.now = now;
    Load first = new Load(0, now.get());
    this.loads = new Loads(first, first);
  }

  private Load newest() {
    Load known = loads.newest();
    return now.get() == known.keys() ? known : next();
  }

  private synchronized Load next() {
    Load known = loads.newest();
    X509ExtendedKeyManager keys = now.get();
    if (keys != known.keys()) {
      loads = new Loads(new Load(known.number() + 1, keys), known);
    }
    return loads.newest();
  }

  @Override
  public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
    Load load = newest();
    return load.aliases(load.keys().getClientAliases(type, issuers));
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
    Load load = newest();
    return load.alias(load.keys().chooseClientAlias(types, issuers, socket));
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    Load load = newest();
    return load.alias(load.keys().chooseEngineClientAlias(types, issuers, engine));
  }

  @Override
  public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
    Load load = newest();
    return load.aliases(load.keys().getServerAliases(type, issuers));
  }

  @Override
  public @Nullable String chooseServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
    Load load = newest();
    return load.alias(load.keys().chooseServerAlias(type, issuers, socket));
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    Load load = newest();
    return load.alias(load.keys().chooseEngineServerAlias(type, issuers, engine));
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Optional<Load> load = loads.of(alias);
    return load.isEmpty()
        ? null
        : load.get().keys().getCertificateChain(alias.substring(load.get().prefix().length()));
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Optional<Load> load = loads.of(alias);
    return load.isEmpty()
        ? null
        : load.get().keys().getPrivateKey(alias.substring(load.get().prefix().length()));
  }
}
