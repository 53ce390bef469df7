package io.remuda.protocol.cluster;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import io.remuda.protocol.config.HostPort;
import io.remuda.protocol.tls.FleetTls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node that is let in nowhere: looks up, again and again until it is, what each contact has
 * against it, and says each reason once.
 */
final class LockedOut {

  private static final Logger log = LoggerFactory.getLogger(LockedOut.class);

  record Reason(HostPort contact, String text) {}

  private final NodeSettings settings;
  private final Knock knock;
  private final Duration pause;
  private final Set<Reason> known = new HashSet<>();

  LockedOut(NodeSettings settings, Greeting greeting, Optional<FleetTls> tls, Config config) {
    this.settings = settings;
    this.knock = new Knock(greeting, tls, config.getDuration("remuda.cluster.probe-timeout"));
    this.pause = config.getDuration("remuda.cluster.explain-after");
  }

  /** Looks after each pause, until {@code system} is let in or has ended. */
  void watch(ActorSystem<?> system) {
    try {
      system
          .scheduler()
          .scheduleOnce(
              pause,
              () -> {
                if (!isLetIn(system)) {
                  look(system);
                }
              },
              system.executionContext());
    } catch (IllegalStateException ended) {
      log.debug("event=cluster-host-closed");
    }
  }

  /** On a thread of its own: each contact may take its time. */
  private void look(ActorSystem<?> system) {
    Thread asking =
        new Thread(
            () -> {
              for (Reason reason : news()) {
                // It may have been let in while it asked.
                if (!isLetIn(system)) {
                  log.error(
                      "event=not-let-in contact={} reason=\"{}\"", reason.contact(), reason.text());
                }
              }
              watch(system);
            },
            "remuda-locked-out");
    asking.setDaemon(true);
    asking.start();
  }

  /** From its first step on: a machine that is joining would be met as a member already. */
  private static boolean isLetIn(ActorSystem<?> system) {
    return Cluster.get(system).state().getMembers().iterator().hasNext();
  }

  /** What the contacts have against this node that they had not before; asks all of them. */
  List<Reason> news() {
    Set<HostPort> contacts = new LinkedHashSet<>(settings.seeds());
    settings.seedName().map(ContactDiscovery::addresses).ifPresent(contacts::addAll);
    contacts.remove(settings.contact());
    List<Reason> found = new ArrayList<>();
    for (HostPort contact : contacts) {
      knock
          .ask(contact)
          .map(text -> new Reason(contact, text))
          .filter(known::add)
          .ifPresent(found::add);
    }
    return found;
  }
}
