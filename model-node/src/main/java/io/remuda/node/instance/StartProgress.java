package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.node.engine.FilesRead;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import java.time.Duration;
import java.util.Optional;

/**
 * How far the start of an engine is. No engine tells, so it is looked at: how long it takes beside
 * the last start of the same model on this machine, and how much of its model it has read. Belongs
 * to one actor.
 */
final class StartProgress {
  private static final String TIMER = "progress";

  private final Work work;
  private final Surroundings around;
  private final Standing standing;
  private final TimerScheduler<ModelInstance.Command> timers;
  private long begun;
  private int start;
  private boolean counting;
  private boolean looking;
  // Once it is copied to a GPU, what was read of it may leave the memory again.
  private Optional<FilesRead> most = Optional.empty();

  StartProgress(
      Work work,
      Surroundings around,
      Standing standing,
      TimerScheduler<ModelInstance.Command> timers) {
    this.work = work;
    this.around = around;
    this.standing = standing;
    this.timers = timers;
  }

  /** The engine is being started now. */
  void begin() {
    begun = around.nanoTime().get();
    start++;
    counting = true;
    looking = false;
    most = Optional.empty();
    timers.startTimerWithFixedDelay(
        TIMER, new ModelInstance.LookAtStart(), around.settings().progressInterval());
  }

  /** Looks how far it is, one look at a time. */
  void look() {
    if (!counting || looking || !isLoading(standing.phase())) {
      return;
    }
    int now = start;
    if (standing.running().isEmpty()) {
      say();
      return;
    }
    EngineRuntime.Running engine = standing.running().get();
    looking = true;
    work.off(
        engine::read,
        read -> new ModelInstance.SeenOfStart(now, read),
        why -> new ModelInstance.SeenOfStart(now, Optional.empty()));
  }

  /** What a look has shown; said where it is new. */
  void seen(ModelInstance.SeenOfStart seen) {
    if (seen.start() != start) {
      return;
    }
    looking = false;
    most =
        seen.read()
            .filter(files -> most.isEmpty() || files.read() > most.get().read())
            .or(() -> most);
    say();
  }

  private void say() {
    if (!counting || !isLoading(standing.phase())) {
      return;
    }
    LoadingPolicy.Said said = LoadingPolicy.say(elapsed(), around.starts().last(spec()), most);
    InstanceState state = standing.state();
    boolean news = said.percent() != state.progress() || !said.loading().equals(state.loading());
    if (news) {
      standing.loading(said.percent(), said.loading());
    }
  }

  /** The engine is ready: the next start is measured by this one. */
  void ready() {
    if (counting) {
      around.starts().took(spec(), elapsed());
    }
  }

  /** The start is over, one way or the other. */
  void over() {
    counting = false;
    timers.cancel(TIMER);
  }

  private static boolean isLoading(Phase phase) {
    return phase == Phase.STARTING || phase == Phase.WARMING;
  }

  private Duration elapsed() {
    return Duration.ofNanos(around.nanoTime().get() - begun);
  }

  private ModelSpec spec() {
    return standing.assignment().spec();
  }
}
