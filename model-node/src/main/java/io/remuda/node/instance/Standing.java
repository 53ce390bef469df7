package io.remuda.node.instance;

import akka.actor.typed.ActorRef;
import io.remuda.node.instance.EngineRuntime.Running;
import io.remuda.node.instance.Lifecycle.Trigger;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.InstanceReport.FailureKind;
import io.remuda.protocol.model.Loading;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.TaskFacet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where an instance stands: its state, its gate and its running engine. Every change is shown to
 * the byte path and told to the owner at once, in this order. Belongs to one actor.
 */
final class Standing {
  private final Hosted hosted;
  private final ActorRef<? super InstanceNotice> owner;
  private final Gate gate;
  private InstanceState state;
  private HostedInstance shown;
  private Optional<Running> running = Optional.empty();

  Standing(
      Surroundings around,
      InstanceFolder.Kept kept,
      Serving serving,
      long firstSequence,
      ActorRef<? super InstanceNotice> owner) {
    this.hosted = around.hosted();
    this.owner = owner;
    this.state = InstanceState.first(kept, firstSequence, serving);
    Assignment assignment = kept.assignment();
    Optional<HostedInstance> before = hosted.find(assignment.id());
    this.gate = gate(around, before, serving);
    this.shown =
        new HostedInstance(
            assignment.id(),
            assignment.spec().engine(),
            state.phase(),
            state.progress(),
            state.reason(),
            gate,
            new Upstream.Absent(),
            serving.clean(),
            serving.endpoints(),
            assignment.spec().schema(),
            before
                .map(HostedInstance::pulse)
                .orElseGet(() -> new AtomicLong(around.nanoTime().get())),
            before.map(HostedInstance::lease).orElseGet(() -> lease(around, kept)));
    hosted.put(shown);
  }

  /** Of an instance whose actor has failed: the calls that are under way count on. */
  private static Gate gate(Surroundings around, Optional<HostedInstance> before, Serving serving) {
    if (before.isEmpty()) {
      return new Gate(serving.slots(), around.settings().queue(), () -> around.nanoTime().get());
    }
    Gate known = before.get().gate();
    known.close();
    known.slots(serving.slots());
    return known;
  }

  /** Of a former JVM's instance: what was kept. */
  private static LeaseGate lease(Surroundings around, InstanceFolder.Kept kept) {
    return new LeaseGate(
        kept.assignment().id(),
        TenureDecider.kept(kept.hold(), around.nanoTime().get()),
        SharesDecider.kept(kept.shares(), around.nanoTime().get()),
        around.nanoTime());
  }

  InstanceId id() {
    return state.assignment().id();
  }

  Assignment assignment() {
    return state.assignment();
  }

  Phase phase() {
    return state.phase();
  }

  InstanceState state() {
    return state;
  }

  Gate gate() {
    return gate;
  }

  Optional<Running> running() {
    return running;
  }

  /** When the engine last sent a byte. */
  AtomicLong pulse() {
    return shown.pulse();
  }

  void tell(InstanceNotice notice) {
    owner.tell(notice);
  }

  /** Goes where the table of phases leads; what it does not hold is a bug. */
  void move(Trigger trigger, Optional<String> why) {
    Phase next =
        Lifecycle.next(state.phase(), trigger)
            .orElseThrow(() -> new IllegalStateException(state.phase() + " knows no " + trigger));
    state = state.in(next, why);
    publish();
  }

  /** Stays in its phase and says something new of it. */
  void say(Optional<String> why) {
    state = state.in(state.phase(), why);
    publish();
  }

  /** Its engine is so far with loading. */
  void loading(int percent, Optional<Loading> further) {
    state = state.loading(percent, further);
    publish();
  }

  /** An engine runs; shown with the next step. */
  void runs(Running engine) {
    running = Optional.of(engine);
    state = state.running(engine.pid(), engine.port());
  }

  /** No engine runs any more; shown with the next step. */
  void runsNothing() {
    running = Optional.empty();
    state = state.running(OptionalLong.empty(), OptionalInt.empty());
  }

  /** What its engine gives turned out with it; shown with the next step, to the gate at once. */
  void serves(Serving now) {
    gate.slots(now.slots());
    state = state.serving(now);
    shown = shown.serving(now);
  }

  /** What is true of its tasks; shown with the next step. */
  void tasks(Optional<TaskFacet> facet) {
    state = state.doing(facet);
  }

  /** As the byte path sees it. */
  HostedInstance shown() {
    return shown;
  }

  /** Counts one more start; shown with the next step. */
  void restarted() {
    state = state.restarted();
  }

  /** It is given up for {@code kind}; shown with the next step. */
  void failed(FailureKind kind) {
    state = state.failed(kind);
  }

  /** The instance is over: the byte path forgets it. */
  void over() {
    runsNothing();
    move(Trigger.DRAINED, Optional.empty());
    hosted.remove(id());
  }

  /** Its engine, for a log line. */
  String engine() {
    return "instance=%s engine=%s pid=%s port=%s"
        .formatted(
            id(),
            assignment().spec().engine(),
            text(state.pid()),
            state.port().isPresent() ? state.port().getAsInt() : "none");
  }

  /** As text for a log line. */
  static String text(OptionalLong value) {
    return value.isPresent() ? Long.toString(value.getAsLong()) : "none";
  }

  private void publish() {
    // With each step, and only then: two things said under one sequence would be said of one
    // moment.
    state = state.keptFor(shown.lease().tenure().lease(), shown.lease().shares().shown());
    shown =
        shown.in(
            state.phase(),
            state.progress(),
            state.reason(),
            running.map(Running::upstream).orElseGet(Upstream.Absent::new));
    hosted.put(shown);
    owner.tell(new InstanceNotice.Changed(state));
  }
}
