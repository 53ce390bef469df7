package io.remuda.registry.model;

import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Scaling;
import io.remuda.registry.model.TenancyEvent.InstanceLeased;
import io.remuda.registry.testing.Reports;
import io.remuda.registry.testing.Specs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A name's owner without its body, as leases see it: what it is told, and what it tells them. */
public final class Tenants {

  private static final MachineId M1 = new MachineId("m1");

  /** Who is to be told what. */
  public record Word(LeaseId lease, ClaimReply reply) {}

  /** What its machine is to let go of. */
  public record Release(InstanceId instance, LeaseToken token) {}

  /** What a lease is asked about, which is not heard. */
  public record Question(ModelName model, LeaseToken grant) {}

  private final World world = new World();
  private final Set<LeaseId> leases = new HashSet<>();
  private final Map<LeaseId, ClaimReply> told = new TreeMap<>();
  private final List<Release> releases = new ArrayList<>();
  private final List<Question> questions = new ArrayList<>();
  private long highest;

  public Tenants(ModelName name, int replicas) {
    world.state = ModelState.empty(name);
    world
        .declared(Specs.aSpec().named(name.value()).replicas(replicas).build())
        .described()
        .says(Reports.of("m1"));
    look(Instant.EPOCH);
  }

  /** From now on it has so many instances at most, whoever waits. */
  public void atMost(int instances) {
    ModelSpec now = world.state.live().orElseThrow().spec();
    Policies bounded =
        new Policies(
            Optional.of(new Scaling(1, instances, Optional.empty(), 1, Optional.empty())),
            now.policies().rollout(),
            now.policies().keep(),
            now.policies().needs());
    world.on(
        new DeploymentEvent.DeploymentChanged(
            now.withReplicas(instances).withPolicies(bounded), world.now));
  }

  /** Everything but the journal is gone. */
  public void crash() {
    world.soft = SoftState.EMPTY;
    leases.clear();
    told.clear();
  }

  /** What is placed is ready, and the owner looks at it. */
  public void look(Instant now) {
    world.now = now;
    world.keepsAll("m1");
    carryOut(Reconciler.reconcile(world.sight()));
  }

  public void claim(
      LeaseId lease,
      long floor,
      Optional<InstanceId> holding,
      Optional<InstanceId> avoided,
      Instant askedAt,
      Instant now) {
    world.now = now;
    leases.add(lease);
    told.remove(lease);
    carryOut(
        TenancyDecider.claim(
            world.sight(),
            new Claims.Claim(lease, floor, holding, avoided, Optional.empty(), askedAt, now)));
  }

  public void unclaim(LeaseId lease, long number, Instant now) {
    world.now = now;
    leases.add(lease);
    told.remove(lease);
    carryOut(TenancyDecider.unclaim(world.sight(), lease, number));
  }

  public void giveBack(LeaseId lease, long number, Instant now) {
    world.now = now;
    leases.add(lease);
    told.remove(lease);
    carryOut(TenancyDecider.giveBack(world.sight(), lease, number));
  }

  public void released(
      InstanceId id, LeaseToken token, long most, Optional<Refused> refused, Instant now) {
    world.now = now;
    carryOut(
        TenancyDecider.released(
            world.sight(),
            new TenancyMessage.ReleaseAnswered(
                id, token, Optional.of(new NodeProtocol.HoldReply(id, token, M1, most, refused)))));
  }

  /** An instance's machine is gone for good. */
  public void lose(InstanceId id) {
    if (world.state.instances().containsKey(id)) {
      world.on(new InstanceEvent.InstanceLost(id, M1, "not heard", Optional.empty(), world.now));
    }
  }

  public List<InstanceId> instances() {
    return world.instances();
  }

  public boolean hasTenants() {
    return !world.state.tenancy().tenants().isEmpty();
  }

  /** What leases are told that have something else to hear than before. */
  public List<Word> words() {
    List<Word> words = new ArrayList<>();
    for (LeaseId lease : List.copyOf(leases)) {
      Optional<ClaimReply> reply =
          TenancyOutlook.reply(world.sight(), lease, TenancyOutlook.Waiting.of(world.sight()));
      if (reply.isEmpty() && world.state.tenancy().of(lease).isEmpty()) {
        leases.remove(lease);
        told.remove(lease);
        words.add(new Word(lease, new ClaimReply.Returned(world.state.name(), lease)));
      } else if (reply.isPresent() && !reply.get().equals(told.put(lease, reply.get()))) {
        words.add(new Word(lease, reply.get()));
      }
    }
    return words;
  }

  /** What is to be let go of since this was asked last. */
  public List<Release> releases() {
    List<Release> all = List.copyOf(releases);
    releases.clear();
    return all;
  }

  /** What leases are asked since this was asked last. */
  public List<Question> questions() {
    List<Question> all = List.copyOf(questions);
    questions.clear();
    return all;
  }

  public static Duration abandonedAfter() {
    return World.POLICY.lease().abandonedAfter().plus(World.POLICY.lease().claimLimit());
  }

  private void carryOut(Plan plan) {
    world.soft = plan.soft();
    for (ModelEvent event : plan.events()) {
      if (event instanceof InstanceLeased leased) {
        if (leased.number() <= highest || world.state.tenancy().has(leased.id())) {
          throw new AssertionError(leased.text() + " after " + highest);
        }
        highest = leased.number();
      }
      world.state = world.state.on(event);
    }
    for (Action action : plan.actions()) {
      if (action instanceof Action.Release release) {
        releases.add(new Release(release.id(), release.token()));
      } else if (action instanceof Action.AskLease ask) {
        questions.add(new Question(world.state.name(), new LeaseToken(ask.lease(), ask.number())));
      }
    }
  }
}
