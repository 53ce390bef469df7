package io.remuda.protocol.cluster;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.eventstream.EventStream;
import com.typesafe.config.Config;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells operators whom a node turns away, without letting a flood of them fill log or journal. */
final class RefusedPeers {

  private static final Logger log = LoggerFactory.getLogger(RefusedPeers.class);

  private final FloodPolicy policy;
  private final LongSupplier nanos;

  RefusedPeers(Config config) {
    this(FloodPolicy.of(config), System::nanoTime);
  }

  RefusedPeers(FloodPolicy policy, LongSupplier nanos) {
    this.policy = policy;
    this.nanos = nanos;
  }

  /** Somebody at {@code remote} was refused by {@code system}, for {@code reason}. */
  void tell(ActorSystem<?> system, String remote, String reason) {
    OptionalLong unsaid = policy.ask(remote, nanos.getAsLong());
    if (unsaid.isPresent()) {
      log.warn(
          "event=peer-refused remote={} unsaid={} reason=\"{}\"",
          remote,
          unsaid.getAsLong(),
          reason);
      system
          .eventStream()
          .tell(new EventStream.Publish<>(new PeerRefused(remote, reason, unsaid.getAsLong())));
    }
  }

  /** Whether the other end sent something else than TLS; the JDK has a word for engines alone. */
  static boolean isNotTls(SSLException failure) {
    String text = String.valueOf(failure.getMessage());
    return text.contains("Unsupported or unrecognized SSL message")
        || text.contains("Unrecognized SSL message, plaintext connection");
  }

  /** What the failure of a handshake says about the other end. */
  static String reason(SSLException failure) {
    String text = String.valueOf(failure.getMessage());
    if (text.contains("Empty client certificate chain")) {
      return "it shows no certificate; start it with a join token of this fleet";
    }
    if (isNotTls(failure)) {
      return "it does not speak TLS, as a node without a certificate does; start it with a join"
          + " token of this fleet";
    }
    if (text.contains("Received fatal alert")) {
      return "it does not take this node's certificate ("
          + text
          + "): it is of another fleet, or its clock is wrong";
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String said = String.valueOf(cause.getMessage());
      if (said.startsWith("the certificate of ")) {
        return said;
      }
    }
    return "its handshake failed (" + text + ")";
  }
}
