package io.remuda.deploy.simulation;

import io.remuda.protocol.LeaseProtocol.Reply;
import io.remuda.protocol.LeaseProtocol.Wish;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.LeaseView;
import io.remuda.protocol.model.ModelSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * Somebody who leases models, one lease after the other: he renews it and calls under it, and gives
 * it back, dies, or is stopped for a while and goes on as if nothing had happened.
 */
final class Holder {

  /** How it goes on with a lease that he has. */
  private enum Fate {
    KEEPS,
    RELEASES,
    RELEASES_TWICE,
    /** He does nothing more. */
    DIES,
    /** He does nothing for a while, and then goes on under the token that he had. */
    STOPS
  }

  private static final int TOKENS_KNOWN = 4;

  private record Had(LeaseToken token, ModelName model, InstanceId instance, MachineId machine) {}

  private final World world;
  private final String name;
  private final List<Had> had = new ArrayList<>();
  private int number;
  private Optional<LeaseToken> token = Optional.empty();
  private boolean waits;
  private boolean silent;
  private boolean done;

  Holder(World world, String name) {
    this.world = world;
    this.name = name;
  }

  void start() {
    after(100, 8_000, this::begin);
    stale();
  }

  /** What he has he keeps as before, and asks for nothing new. */
  void end() {
    done = true;
  }

  private void begin() {
    if (done) {
      return;
    }
    number++;
    LeaseId lease = new LeaseId("ls-%s-%d".formatted(name, number));
    Wish wish = wish(lease);
    world.story().tell(name, "wants %s of %s".formatted(lease, wish.models()));
    token = Optional.empty();
    waits = true;
    silent = false;
    ask(lease, wish);
    renew(lease, wish);
    call(lease, wish);
    Fate[] fates = Fate.values();
    Fate fate = fates[world.timeline().random().nextInt(fates.length)];
    after(500, 15_000, () -> meet(fate, lease));
  }

  private Wish wish(LeaseId lease) {
    Set<ModelName> models = new TreeSet<>();
    Optional<ModelSpec> own =
        world.timeline().chance(25)
            ? Optional.of(world.models().brought(new ModelName("own-" + lease)))
            : Optional.empty();
    own.ifPresent(spec -> models.add(spec.name()));
    if (own.isEmpty() || world.timeline().chance(30)) {
      models.add(world.models().any());
    }
    if (world.timeline().chance(40)) {
      models.add(world.models().any());
    }
    boolean brief = world.timeline().chance(40);
    return new Wish(
        name,
        models,
        true,
        world.timeline().chance(50) ? Optional.of("session") : Optional.empty(),
        world.timeline().between(brief ? 1_500 : 6_000, brief ? 4_000 : 15_000),
        world.timeline().between(4_000, 15_000),
        own);
  }

  private void meet(Fate fate, LeaseId lease) {
    world.story().tell(name, fate + " " + lease);
    switch (fate) {
      case KEEPS -> {}
      case RELEASES -> release(lease);
      case RELEASES_TWICE -> {
        release(lease);
        after(1, 3_000, () -> release(lease));
      }
      case DIES -> {
        silent = true;
        after(1_000, 20_000, this::begin);
      }
      case STOPS -> {
        silent = true;
        after(500, 9_000, () -> silent = false);
      }
    }
  }

  private void release(LeaseId lease) {
    tell(lease, (owner, caller) -> owner.release(caller));
  }

  /** Until he knows that he has it, and then each second or two, for it may move. */
  private void ask(LeaseId lease, Wish wish) {
    if (isOver(lease)) {
      return;
    }
    if (!silent) {
      tell(
          lease,
          (owner, caller) -> {
            if (waits) {
              owner.acquire(wish, caller);
            } else {
              owner.get(caller);
            }
          });
    }
    after(800, 2_000, () -> ask(lease, wish));
  }

  private boolean isOver(LeaseId lease) {
    return !lease.value().equals("ls-%s-%d".formatted(name, number));
  }

  private void heard(LeaseId lease, Reply reply) {
    if (isOver(lease) || silent || reply.lease().isEmpty()) {
      return;
    }
    LeaseView view = reply.lease().get();
    switch (view.state()) {
      case PENDING -> {}
      case READY -> {
        waits = false;
        LeaseToken now = new LeaseToken(lease, view.token().orElseThrow());
        if (!token.equals(Optional.of(now))) {
          token = Optional.of(now);
          view.parts().forEach(part -> remember(now, part));
          view.parts().forEach(part -> call(now, part.model()));
        }
      }
      case ENDED -> {
        number++;
        token = Optional.empty();
        after(100, 5_000, this::begin);
      }
    }
  }

  private void remember(LeaseToken now, LeaseView.Part part) {
    part.instance()
        .flatMap(
            instance ->
                world.machines().stream()
                    .filter(
                        machine ->
                            machine
                                .life()
                                .filter(life -> life.instance(instance).isPresent())
                                .isPresent())
                    .map(machine -> new Had(now, part.model(), instance, machine.id()))
                    .findFirst())
        .ifPresent(had::add);
    while (had.size() > TOKENS_KNOWN) {
      had.remove(0);
    }
  }

  private void renew(LeaseId lease, Wish wish) {
    long third = wish.ttl().toMillis() / 3;
    world
        .timeline()
        .after(
            Duration.ofMillis(third),
            () -> {
              if (isOver(lease)) {
                return;
              }
              if (!silent && token.isPresent()) {
                boolean longer = world.timeline().chance(10);
                Optional<Duration> ttl =
                    longer ? Optional.of(wish.ttl().plusSeconds(1)) : Optional.empty();
                tell(lease, (owner, caller) -> owner.renew(ttl, caller));
              }
              renew(lease, wish);
            });
  }

  private void call(LeaseId lease, Wish wish) {
    after(
        200,
        1_200,
        () -> {
          if (isOver(lease)) {
            return;
          }
          if (!silent) {
            List<ModelName> models = new ArrayList<>(new TreeSet<>(wish.models()));
            ModelName model = models.get(world.timeline().random().nextInt(models.size()));
            token.ifPresent(shown -> call(shown, model));
          }
          call(lease, wish);
        });
  }

  private void call(LeaseToken shown, ModelName model) {
    gateway().leased().call(shown, model);
  }

  /** Under a token that he had once, straight at the instance that he had then. */
  private void stale() {
    after(
        1_000,
        4_000,
        () -> {
          if (!had.isEmpty()) {
            Had once = had.get(world.timeline().random().nextInt(had.size()));
            gateway().leased().deliver(once.machine(), once.instance(), once.token());
          }
          stale();
        });
  }

  private GatewayShell gateway() {
    List<GatewayShell> all = world.gateways();
    return all.get(world.timeline().random().nextInt(all.size()));
  }

  private void tell(LeaseId lease, BiConsumer<LeaseOwner, LeaseOwner.Caller> act) {
    RegistryShell node =
        world.registries().get(world.timeline().random().nextInt(world.registries().size()));
    LeaseOwner.Caller caller = new LeaseOwner.Caller(name, reply -> heard(lease, reply));
    world
        .network()
        .send(
            name,
            node.name(),
            "lease",
            () -> act.accept(world.cluster().lease(node.name(), lease), caller));
  }

  private void after(long leastMillis, long mostMillis, Runnable act) {
    world.timeline().after(world.timeline().between(leastMillis, mostMillis), act);
  }
}
