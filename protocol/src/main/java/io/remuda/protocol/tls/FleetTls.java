package io.remuda.protocol.tls;

import com.typesafe.config.Config;
import io.remuda.protocol.config.StartRefused;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's side of every encrypted connection within the fleet: it shows the node's certificate
 * and takes from others what the fleet's authority has signed, in both directions.
 *
 * <p>The files are looked at again now and then, so a new certificate is used for new connections
 * without a restart; files that cannot be used change nothing and are logged. Which node the other
 * one is, is not checked: every node of the fleet may do what any may.
 */
public final class FleetTls {

  /** The one version that is spoken: both ends are ours. */
  public static final String PROTOCOL = "TLSv1.3";

  private static final Logger log = LoggerFactory.getLogger(FleetTls.class);

  /**
   * @param stamp of the file that {@code material} is from
   * @param unusable of a later file that could not be used, which is said once
   */
  private record Loaded(
      FileStamp stamp, long lookedAtNanos, TlsMaterial material, Optional<FileStamp> unusable) {}

  private final Path dataDir;
  private final Duration lookInterval;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private volatile Loaded loaded;

  private FleetTls(
      Path dataDir,
      Duration lookInterval,
      InstantSource clock,
      LongSupplier nanos,
      FileStamp stamp,
      TlsMaterial first) {
    this.dataDir = dataDir;
    this.lookInterval = lookInterval;
    this.clock = clock;
    this.nanos = nanos;
    this.loaded = new Loaded(stamp, nanos.getAsLong(), first, Optional.empty());
  }

  /**
   * What {@code <data>/tls} holds; empty for a node without a certificate, which talks unencrypted.
   * Throws {@link StartRefused} when there is one that cannot be used.
   */
  public static Optional<FleetTls> find(Path dataDir, Config config) {
    return find(
        dataDir,
        config.getDuration("remuda.cluster.tls-look-interval"),
        InstantSource.system(),
        System::nanoTime);
  }

  static Optional<FleetTls> find(
      Path dataDir, Duration lookInterval, InstantSource clock, LongSupplier nanos) {
    // Before it is read: one that is replaced meanwhile is seen at the next look.
    FileStamp stamp = stamp(dataDir);
    return NodeCertificate.load(dataDir, clock.instant())
        .map(own -> new FleetTls(dataDir, lookInterval, clock, nanos, stamp, new TlsMaterial(own)));
  }

  /** For one connection that this node opens. */
  public SSLEngine clientEngine(String host, int port) {
    SSLEngine engine = material().context().createSSLEngine(host, port);
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(new String[] {PROTOCOL});
    return engine;
  }

  /** For one connection that this node takes; who shows no certificate is turned away. */
  public SSLEngine serverEngine() {
    SSLEngine engine = material().context().createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(new String[] {PROTOCOL});
    engine.setNeedClientAuth(true);
    return engine;
  }

  /** For a client that keeps it: each new connection uses the certificate of that moment. */
  public SSLContext lastingContext() {
    return TlsMaterial.context(keys(), trust());
  }

  /** The node's key and certificate of the moment that they are asked for. */
  public RotatingKeys keys() {
    return new RotatingKeys(() -> material().keys());
  }

  /** Trust in the authority of the moment that it is asked for. */
  public FleetTrust trust() {
    return new FleetTrust(() -> material().trust());
  }

  /** For logs: whose certificate is used, and until when. */
  public String describe() {
    return material().own().describe();
  }

  TlsMaterial material() {
    Loaded known = loaded;
    return isFresh(known) ? known.material() : lookAgain();
  }

  private synchronized TlsMaterial lookAgain() {
    Loaded known = loaded;
    if (!isFresh(known)) {
      FileStamp seen = stamp(dataDir);
      loaded =
          seen.equals(known.stamp())
              ? new Loaded(seen, nanos.getAsLong(), known.material(), Optional.empty())
              : again(known, seen);
    }
    return loaded.material();
  }

  private boolean isFresh(Loaded known) {
    return nanos.getAsLong() - known.lookedAtNanos() < lookInterval.toNanos();
  }

  /** What cannot be used now may be later: when its time has come, or its folder is opened. */
  private Loaded again(Loaded before, FileStamp seen) {
    try {
      Optional<NodeCertificate> found = NodeCertificate.load(dataDir, clock.instant());
      if (found.isPresent()) {
        TlsMaterial next = new TlsMaterial(found.get());
        log.info("event=certificate-replaced {}", found.get().describe());
        return new Loaded(seen, nanos.getAsLong(), next, Optional.empty());
      }
      sayOnce(before, seen, NodeCertificate.file(dataDir) + " is gone.");
    } catch (StartRefused unusable) {
      sayOnce(before, seen, unusable.getMessage());
    }
    return new Loaded(before.stamp(), nanos.getAsLong(), before.material(), Optional.of(seen));
  }

  private static void sayOnce(Loaded before, FileStamp seen, @Nullable String trouble) {
    if (!before.unusable().equals(Optional.of(seen))) {
      log.warn(
          "event=certificate-not-replaced text=\"{} The one that is known is used on.\"", trouble);
    }
  }

  private static FileStamp stamp(Path dataDir) {
    return FileStamp.of(NodeCertificate.file(dataDir));
  }
}
