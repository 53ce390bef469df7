package io.remuda.protocol.cluster;

import akka.actor.ExtendedActorSystem;
import akka.discovery.Lookup;
import akka.discovery.ServiceDiscovery;
import io.remuda.protocol.config.HostPort;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
 * the moment, each with the name's port. A name that nobody knows for now, or whose server does not
 * answer in time, adds nothing, is told in the log once, and is looked up again at the next probe.
 * Named in the configuration of akka-management, which makes one for each actor system.
 */
public final class ContactDiscovery extends ServiceDiscovery {

  static final String LISTED = "remuda.internal.contacts";
  static final String NAME = "remuda.internal.contact-name";

  /** Who knows the addresses of names; it may take its time. */
  interface NameServer {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private static final Logger log = LoggerFactory.getLogger(ContactDiscovery.class);

  private final List<HostPort> listed;
  private final Optional<HostPort> name;
  private final Executor blocking;
  private final NameServer names;
  private volatile boolean failed;

  /** Called by akka-discovery. */
  public ContactDiscovery(ExtendedActorSystem system) {
    this(
        system.settings().config().getStringList(LISTED).stream()
            .map(contact -> HostPort.parse(contact).orElseThrow())
            .toList(),
        HostPort.parse(system.settings().config().getString(NAME)),
        system.dispatchers().lookup("akka.actor.default-blocking-io-dispatcher"),
        InetAddress::getAllByName);
  }

  ContactDiscovery(
      List<HostPort> listed, Optional<HostPort> name, Executor blocking, NameServer names) {
    this.listed = listed;
    this.name = name;
    this.blocking = blocking;
    this.names = names;
  }

  @Override
  public Future<Resolved> lookup(Lookup lookup, FiniteDuration limit) {
    if (name.isEmpty()) {
      return FutureConverters.asScala(
          CompletableFuture.completedFuture(resolved(lookup, listed, List.of())));
    }
    // The server's list of addresses is no reason to forget our own.
    return FutureConverters.asScala(
        CompletableFuture.supplyAsync(() -> addresses(names, name.get()), blocking)
            .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
            .handle(
                (found, failure) -> resolved(lookup, listed, told(name.get(), found, failure))));
  }

  /** What {@code name} stands for now; nothing when nobody knows it. */
  static List<HostPort> addresses(HostPort name) {
    try {
      return addresses(InetAddress::getAllByName, name);
    } catch (UncheckedIOException unknown) {
      return List.of();
    }
  }

  private static List<HostPort> addresses(NameServer names, HostPort name) {
    try {
      return Arrays.stream(names.addresses(name.host()))
          .map(address -> new HostPort(address.getHostAddress(), name.port()))
          .toList();
    } catch (UnknownHostException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<HostPort> told(
      HostPort known, @Nullable List<HostPort> found, @Nullable Throwable failure) {
    if (found != null) {
      failed = false;
      return found;
    }
    if (!failed) {
      failed = true;
      log.warn(
          "event=seed-name-unknown name={} why=\"{}\" text=\"no address is known for it now; it is"
              + " looked up again. Is remuda.cluster.seed-name right, and does the name server"
              + " answer?\"",
          known.host(),
          failure instanceof TimeoutException ? "no answer in time" : "unknown");
    }
    return List.of();
  }

  private static Resolved resolved(Lookup lookup, List<HostPort> listed, List<HostPort> found) {
    List<ResolvedTarget> targets =
        Stream.concat(listed.stream(), found.stream())
            .distinct()
            .map(
                contact ->
                    new ResolvedTarget(
                        contact.host(), new Some<Object>(contact.port()), Option.empty()))
            .toList();
    return new Resolved(lookup.serviceName(), CollectionConverters.asScala(targets).toList());
  }
}
