package io.remuda.deploy.actors;

import akka.persistence.PersistentRepr;
import io.remuda.deploy.check.Observation.Assigned;
import io.remuda.deploy.check.Observation.Committed;
import io.remuda.deploy.check.Observation.ModelSample;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.InstanceEvent.InstanceAssigned;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the journal of a play holds, and what it does with the next writes of names; those of
 * machines it always keeps.
 */
final class Records implements JournalScript.Author {

  private static final String NAMES = "Model|";

  /** What goes wrong in a journal that is none of the planted ones. */
  private static final List<JournalScript.Fate> FAILURES =
      List.of(
          JournalScript.Fate.REFUSED,
          JournalScript.Fate.FAILED,
          JournalScript.Fate.KEPT_AND_FAILED);

  /** Longer than most messages take: what leaves ahead of its event arrives ahead of it. */
  private static final Duration WRITING = Duration.ofMillis(20);

  private final Stage stage;
  private final Map<ModelName, ModelState> states = new TreeMap<>();
  private final Map<String, Long> last = new TreeMap<>();
  private final Deque<JournalScript.Fate> next = new ArrayDeque<>();
  private Optional<Runnable> whenKept = Optional.empty();
  private JournalScript.Fate always = JournalScript.Fate.KEPT;
  private double unreliable;
  private Duration slowest = Duration.ZERO;

  Records(Stage stage) {
    this.stage = stage;
  }

  /** The next writes of names end so, one after the other; then all is kept again. */
  void next(JournalScript.Fate... fates) {
    next.addAll(List.of(fates));
  }

  /** Where nothing else is said, all writes of names end so. */
  void always(JournalScript.Fate fate) {
    always = fate;
  }

  /** Of the writes of names so many do not end well, in one way or another. */
  void unreliable(double share) {
    unreliable = share;
  }

  /** Between a write and the word to its writer lies so much time at most. */
  void slow(Duration most) {
    slowest = most;
  }

  /** Once the next event of a name is kept, and before its writer knows, this is done. */
  void onceKept(Runnable act) {
    whenKept = Optional.of(act);
  }

  /** Nobody waits for an event to be kept any more. */
  void undisturbed() {
    whenKept = Optional.empty();
  }

  ModelState state(ModelName name) {
    return states.getOrDefault(name, ModelState.empty(name));
  }

  @Override
  public JournalScript.Fate fate(String persistenceId, List<PersistentRepr> rows) {
    if (!persistenceId.startsWith(NAMES)) {
      return JournalScript.Fate.KEPT;
    }
    JournalScript.Fate fate = fate();
    if (fate != JournalScript.Fate.KEPT) {
      stage.tale().tell("journal", persistenceId + " " + fate);
    }
    return fate;
  }

  private JournalScript.Fate fate() {
    if (!next.isEmpty()) {
      return next.poll();
    }
    return stage.chance(unreliable)
        ? FAILURES.get(stage.random().nextInt(FAILURES.size()))
        : always;
  }

  @Override
  public Duration writing() {
    return stage.upTo(WRITING);
  }

  @Override
  public boolean fits(List<PersistentRepr> rows) {
    PersistentRepr first = rows.get(0);
    return first.sequenceNr() == last.getOrDefault(first.persistenceId(), 0L) + 1;
  }

  @Override
  public void kept(List<PersistentRepr> rows) {
    for (PersistentRepr row : rows) {
      last.put(row.persistenceId(), row.sequenceNr());
      stage
          .tale()
          .see(new Committed(stage.now(), row.persistenceId(), row.sequenceNr(), row.writerUuid()));
      if (row.payload() instanceof ModelEvent event) {
        stage.tale().tell("journal", event.text());
        ModelState before = state(event.name());
        states.put(event.name(), before.on(event));
      }
      if (row.payload() instanceof InstanceAssigned assigned) {
        stage.tale().see(new Assigned(stage.now(), assigned.id(), assigned.machine()));
      }
    }
    if (whenKept.isPresent() && rows.get(0).persistenceId().startsWith(NAMES)) {
      Runnable act = whenKept.get();
      whenKept = Optional.empty();
      act.run();
    }
  }

  @Override
  public Duration pause() {
    return slowest.isZero() ? Duration.ZERO : stage.upTo(slowest);
  }

  Map<ModelName, ModelSample> sample() {
    Map<ModelName, ModelSample> models = new TreeMap<>();
    states.forEach((name, state) -> models.put(name, sample(name, state)));
    return models;
  }

  private ModelSample sample(ModelName name, ModelState state) {
    Map<InstanceId, MachineId> assigned = new TreeMap<>();
    state.instances().values().forEach(one -> assigned.put(one.id(), one.machine()));
    int wished = state.wanted();
    return new ModelSample(wished, assigned, stage.ready(name).size(), Optional.empty());
  }
}
