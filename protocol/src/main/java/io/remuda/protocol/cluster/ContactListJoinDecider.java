package io.remuda.protocol.cluster;

import akka.actor.ActorSystem;
import akka.actor.Address;
import akka.actor.AddressFromURIString;
import akka.cluster.Cluster;
import akka.management.cluster.bootstrap.ClusterBootstrapSettings;
import akka.management.cluster.bootstrap.JoinDecider;
import akka.management.cluster.bootstrap.JoinDecision;
import akka.management.cluster.bootstrap.JoinOtherSeedNodes;
import akka.management.cluster.bootstrap.JoinSelf$;
import akka.management.cluster.bootstrap.KeepProbing$;
import akka.management.cluster.bootstrap.SeedNodesInformation;
import akka.management.cluster.bootstrap.SeedNodesObservation;
import com.typesafe.config.Config;
import io.remuda.protocol.config.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/**
 * Asks {@link FormPolicy} what to do with what the contacts answer. Named in the configuration of
 * akka-management, which makes one for each actor system.
 */
public final class ContactListJoinDecider implements JoinDecider {

  private static final Logger log = LoggerFactory.getLogger(ContactListJoinDecider.class);

  static final String REGISTRY_NODES = "remuda.internal.registry-nodes";

  private final FormPolicy policy;
  private final FormingTurn turn;
  private final HostPort self;
  private final String clusterName;
  private final Duration stableMargin;
  private final Set<String> said = ConcurrentHashMap.newKeySet();

  /** Called by akka-management. */
  public ContactListJoinDecider(ActorSystem system, ClusterBootstrapSettings settings) {
    Config config = system.settings().config();
    Config bootstrap = config.getConfig("akka.management.cluster.bootstrap");
    this.clusterName = system.name();
    this.turn = system.settings().setup().get(FormingTurn.class).orElse(FormingTurn.FREE);
    this.self =
        new HostPort(
            config.getString("akka.management.http.hostname"),
            config.getInt("akka.management.http.port"));
    this.stableMargin = bootstrap.getDuration("contact-point-discovery.stable-margin");
    this.policy =
        new FormPolicy(
            clusterName,
            address(Cluster.get(system).selfAddress()),
            config.getInt(REGISTRY_NODES),
            bootstrap.getBoolean("new-cluster-enabled"),
            config.getBoolean("remuda.cluster.form"));
  }

  @Override
  public Future<JoinDecision> decide(SeedNodesInformation info) {
    List<FormPolicy.Sighting> sightings =
        info.getSeedNodesObservations().stream().map(ContactListJoinDecider::sighting).toList();
    sightings.stream().filter(sighting -> !policy.isOurs(sighting)).forEach(this::sayForeign);
    Duration unchanged = Duration.between(info.contactPointsChangedAt(), info.currentTime());
    FormPolicy.Decision decision = policy.decide(sightings, unchanged.compareTo(stableMargin) >= 0);
    return act(decision);
  }

  private Future<JoinDecision> act(FormPolicy.Decision decision) {
    if (decision instanceof FormPolicy.Decision.JoinMembers join) {
      Set<Address> members =
          join.members().stream().map(AddressFromURIString::parse).collect(Collectors.toSet());
      return Future.successful(new JoinOtherSeedNodes(members));
    }
    if (decision instanceof FormPolicy.Decision.KeepLooking keep) {
      return Future.successful(keepLooking(keep.reason()));
    }
    return FutureConverters.asScala(turn.take(self).handle(this::form));
  }

  private JoinDecision form(@Nullable Boolean myTurn, @Nullable Throwable failure) {
    if (failure != null) {
      return keepLooking(
          "the journal's database does not say whose turn it is to form the cluster: "
              + failure.getMessage());
    }
    if (myTurn == null || !myTurn) {
      return keepLooking("another registry node has the turn to form the cluster");
    }
    log.info("event=cluster-formed cluster={} contact={}", clusterName, self);
    return JoinSelf$.MODULE$;
  }

  private JoinDecision keepLooking(String reason) {
    if (said.add(reason)) {
      log.info("event=cluster-not-joined contact={} reason=\"{}\"", self, reason);
    }
    return KeepProbing$.MODULE$;
  }

  private void sayForeign(FormPolicy.Sighting sighting) {
    if (said.add("foreign " + sighting.contact())) {
      log.warn(
          "event=foreign-cluster contact={} text=\"it belongs to the cluster '{}', this node to"
              + " '{}'; not joined. Give both the same remuda.cluster.name, or take it off the"
              + " contact list.\"",
          sighting.contact(),
          sighting.clusterName(),
          clusterName);
    }
  }

  private static FormPolicy.Sighting sighting(SeedNodesObservation seen) {
    Object port = seen.contactPoint().port().get();
    return new FormPolicy.Sighting(
        new HostPort(seen.contactPoint().host(), (Integer) port),
        address(seen.sourceAddress()),
        seen.sourceAddress().system(),
        seen.getSeedNodes().stream().map(Address::toString).collect(Collectors.toSet()));
  }

  private static HostPort address(Address node) {
    return new HostPort(node.host().get(), (Integer) node.port().get());
  }
}
