package io.remuda.deploy.simulation;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.FleetProtocol.Demand;
import io.remuda.protocol.FleetProtocol.Leaving;
import io.remuda.protocol.FleetProtocol.Report;
import io.remuda.protocol.Listing;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.RegistryProtocol;
import io.remuda.protocol.id.MachineId;
import io.remuda.registry.fleet.FleetBook;
import io.remuda.registry.fleet.FleetMessage.CapacityTold;
import io.remuda.registry.fleet.FleetMessage.MachineDecided;
import io.remuda.registry.fleet.FleetMessage.Watch;
import io.remuda.registry.placement.FleetSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A registry node: what a FleetView is, over and over again; owners of entities live on it. */
final class RegistryShell {

  private static final Duration SHOW_AFTER = Duration.ofMillis(10);

  private final World world;
  private final String name;
  private FleetBook book;
  private FleetSnapshot snapshot = FleetSnapshot.EMPTY;
  private Map<MachineId, ActorRef<NodeProtocol.Command>> agents = Map.of();
  private boolean up;
  private boolean showing;
  private long life;

  RegistryShell(World world, String name) {
    this.world = world;
    this.name = name;
    this.book = newBook();
  }

  String name() {
    return name;
  }

  boolean isUp() {
    return up;
  }

  /** Which start of the node this is: what an earlier one was told means nothing to it. */
  long life() {
    return life;
  }

  FleetSnapshot snapshot() {
    return snapshot;
  }

  void start() {
    up = true;
    showing = false;
    life++;
    snapshot = FleetSnapshot.EMPTY;
    agents = Map.of();
    book = newBook();
    world.story().tell(name, "starts");
    long now = life;
    after(
        world.timeline().between(10, 1_500),
        () -> {
          book.joined(now());
          world.cluster().wakeAll();
        });
    tick(now);
    wake(now);
  }

  void crash() {
    up = false;
    world.story().tell(name, "crashes");
  }

  private FleetBook newBook() {
    return new FleetBook(
        world.settings().registry(),
        new SimulatedRef<>(
            name,
            "pong",
            (what, pong) ->
                world
                    .network()
                    .send(pong.machine().value(), name, what, () -> ifUp(() -> onPong(pong)))),
        now());
  }

  private void tick(long now) {
    after(
        world.settings().registry().pingInterval(),
        () -> {
          if (now == life) {
            book.withoutOwnPause(now());
            boolean tell = book.tick(now());
            show();
            if (tell) {
              book.lastWords().forEach(this::tellItsOwner);
            }
            tick(now);
          }
        });
  }

  /** As a guardian does: who has no owner gets one, and who has one knows what is written. */
  private void wake(long now) {
    after(
        world.settings().registry().wakeInterval(),
        () -> {
          if (now == life) {
            world.cluster().wakeAll();
            world.cluster().tellWritten(name);
            wake(now);
          }
        });
  }

  private void after(Duration delay, Runnable act) {
    long then = life;
    world
        .network()
        .after(
            name,
            delay,
            () -> {
              if (up && then == life) {
                act.run();
              }
            });
  }

  private void ifUp(Runnable act) {
    if (up) {
      act.run();
    }
  }

  void report(Report said) {
    if (!up) {
      return;
    }
    Optional<FleetBook.Word> word = book.reported(said, now());
    if (word.isPresent()) {
      if (word.get().isUrgent()) {
        tellItsOwner(said);
      }
      word.get().ownerless().forEach(model -> world.cluster().model(name, model));
      showSoon();
    }
  }

  void leaving(Leaving leaving) {
    if (up && book.leaving(leaving)) {
      show();
      changed(leaving.machine());
    }
  }

  private void tellItsOwner(Report said) {
    world.cluster().machine(name, said.report().machine()).seen(name, said.agent(), said);
  }

  private void onPong(NodeProtocol.Pong pong) {
    if (book.answered(pong, now())) {
      showSoon();
    }
  }

  void watched(Watch watch) {
    book.watched(watch);
  }

  void ownerStopped(ActorRef<RegistryProtocol.Command> owner) {
    book.ownerStopped(owner);
  }

  void decided(MachineDecided told) {
    if (up && book.decided(told)) {
      show();
    }
  }

  /** The catalog says something of a name. */
  void listed(Listing line) {
    if (up) {
      book.listed(List.of(line));
    }
  }

  /** A gateway says what its clients wait for. */
  void demanded(Demand demand) {
    if (up) {
      book.demanded(demand, now());
    }
  }

  void capacity(CapacityTold told) {
    if (up && book.capacity(told)) {
      show();
    }
  }

  Optional<ActorRef<NodeProtocol.Command>> agent(MachineId machine) {
    return Optional.ofNullable(agents.get(machine));
  }

  /** An operator gives up what is silent; the other nodes hear of it. */
  void confirmLoss() {
    show();
    Set<MachineId> gone = book.held(now());
    if (!gone.isEmpty()) {
      List<MachineId> told = gone.stream().sorted().toList();
      world.story().tell(name, "loss confirmed " + told);
      world.registries().stream()
          .filter(other -> other != this)
          .forEach(
              other -> world.network().send(name, other.name, "loss", () -> other.lossTold(told)));
      giveUp(gone);
    }
  }

  private void lossTold(List<MachineId> told) {
    if (up) {
      show();
      Set<MachineId> gone = new HashSet<>(told);
      gone.addAll(book.held(now()));
      giveUp(gone);
    }
  }

  private void giveUp(Set<MachineId> gone) {
    book.confirmed(gone);
    show();
    gone.stream().sorted().forEach(this::changed);
  }

  private void showSoon() {
    if (!showing) {
      showing = true;
      after(
          SHOW_AFTER,
          () -> {
            showing = false;
            show();
          });
    }
  }

  private void show() {
    Instant now = now();
    book.withoutOwnPause(now);
    if (book.brakes(now)) {
      world.story().tell(name, "brakes for " + book.silent(now).size() + " machines");
    }
    snapshot = book.snapshot(now);
    agents = book.agents();
    book.takeNews().forEach(this::changed);
  }

  private void changed(MachineId machine) {
    book.ownersOn(machine).forEach(owner -> owner.tell(World.LOOK));
  }

  private Instant now() {
    return world.timeline().instant();
  }
}
