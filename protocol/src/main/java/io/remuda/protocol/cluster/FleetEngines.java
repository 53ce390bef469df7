package io.remuda.protocol.cluster;

import akka.actor.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.remote.artery.tcp.SSLEngineProvider;
import io.remuda.protocol.tls.FleetTls;
import io.remuda.protocol.tls.WatchedEngine;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import scala.Option;

/**
 * TLS of the actors' own connections. Akka does not say who is at the other end of one, so all of
 * them count as one source of refusals.
 */
final class FleetEngines implements SSLEngineProvider {

  private static final String ACTORS_PORT = "(at the actors' port)";

  private final ActorSystem system;
  private final FleetTls tls;
  private final RefusedPeers refused;

  FleetEngines(ActorSystem system, FleetTls tls, RefusedPeers refused) {
    this.system = system;
    this.tls = tls;
    this.refused = refused;
  }

  @Override
  public SSLEngine createServerSSLEngine(String host, int port) {
    return new WatchedEngine(
        tls.serverEngine(),
        failure ->
            refused.tell(Adapter.toTyped(system), ACTORS_PORT, RefusedPeers.reason(failure)));
  }

  @Override
  public SSLEngine createClientSSLEngine(String host, int port) {
    return tls.clientEngine(host, port);
  }

  /** The handshake has required and checked both certificates. */
  @Override
  public Option<Throwable> verifyClientSession(String host, SSLSession session) {
    return Option.empty();
  }

  @Override
  public Option<Throwable> verifyServerSession(String host, SSLSession session) {
    return Option.empty();
  }
}
