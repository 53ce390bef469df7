package io.remuda.protocol.cluster;

import akka.actor.ExtendedActorSystem;
import akka.discovery.Lookup;
import akka.discovery.ServiceDiscovery;
import io.remuda.protocol.config.HostPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.Some;
import scala.concurrent.Future;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

/**
 * Where registry nodes are met: the contact list, and beside it all addresses that a name has at
 * the moment, each with the name's port. A name that nobody knows for now adds nothing, is told in
 * the log once, and is looked up again at the next probe. Named in the configuration of
 * akka-management, which makes one for each actor system.
 */
public final class ContactDiscovery extends ServiceDiscovery {

  static final String LISTED = "remuda.internal.contacts";
  static final String NAME = "remuda.internal.contact-name";

  private static final Logger log = LoggerFactory.getLogger(ContactDiscovery.class);

  private final List<HostPort> listed;
  private final Optional<HostPort> name;
  private final Executor blocking;
  private volatile boolean failed;

  /** Called by akka-discovery. */
  public ContactDiscovery(ExtendedActorSystem system) {
    this.listed =
        system.settings().config().getStringList(LISTED).stream()
            .map(contact -> HostPort.parse(contact).orElseThrow())
            .toList();
    this.name = HostPort.parse(system.settings().config().getString(NAME));
    this.blocking = system.dispatchers().lookup("akka.actor.default-blocking-io-dispatcher");
  }

  @Override
  public Future<Resolved> lookup(Lookup lookup, FiniteDuration limit) {
    return FutureConverters.asScala(
        CompletableFuture.supplyAsync(this::contacts, blocking)
            .thenApply(found -> resolved(lookup, found)));
  }

  private Set<HostPort> contacts() {
    Set<HostPort> contacts = new LinkedHashSet<>(listed);
    name.ifPresent(known -> addresses(known).forEach(contacts::add));
    return contacts;
  }

  private Stream<HostPort> addresses(HostPort known) {
    try {
      InetAddress[] found = InetAddress.getAllByName(known.host());
      failed = false;
      return Arrays.stream(found)
          .map(address -> new HostPort(address.getHostAddress(), known.port()));
    } catch (UnknownHostException e) {
      if (!failed) {
        failed = true;
        log.warn(
            "event=seed-name-unknown name={} text=\"no address is known for it now; it is looked up"
                + " again. Is remuda.cluster.seed-name right, and does the name server answer?\"",
            known.host());
      }
      return Stream.empty();
    }
  }

  private static Resolved resolved(Lookup lookup, Set<HostPort> contacts) {
    List<ResolvedTarget> targets =
        contacts.stream()
            .map(
                contact ->
                    new ResolvedTarget(
                        contact.host(), new Some<Object>(contact.port()), Option.empty()))
            .toList();
    return new Resolved(lookup.serviceName(), CollectionConverters.asScala(targets).toList());
  }
}
