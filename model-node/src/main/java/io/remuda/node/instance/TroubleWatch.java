package io.remuda.node.instance;

import akka.actor.typed.javadsl.TimerScheduler;
import io.remuda.node.engine.LogNews;
import io.remuda.node.instance.EngineRuntime.Running;
import java.util.List;
import java.util.Optional;

/**
 * Looks now and then at what an instance's engine has written, and tells the owner what in it says
 * that something is wrong. One look at a time; the last one when the engine has ended. Belongs to
 * one actor.
 */
final class TroubleWatch {
  private static final String TIMER = "trouble";

  private final Work work;
  private final Surroundings around;
  private final Standing standing;
  private final TimerScheduler<ModelInstance.Command> timers;
  private TroubleBook book = TroubleBook.EMPTY;
  private int watched;
  private long from;
  private boolean looking;
  // An engine that ended while it was looked at, and is looked at once more.
  private Optional<Running> again = Optional.empty();

  TroubleWatch(
      Work work,
      Surroundings around,
      Standing standing,
      TimerScheduler<ModelInstance.Command> timers) {
    this.work = work;
    this.around = around;
    this.standing = standing;
    this.timers = timers;
  }

  /** An engine runs, whose output begins anew. */
  void begin() {
    watched++;
    from = 0;
    looking = false;
    again = Optional.empty();
    timers.startTimerWithFixedDelay(
        TIMER, new ModelInstance.LookForTrouble(), limits().lookInterval());
  }

  void look() {
    standing.running().filter(engine -> !looking).ifPresent(this::look);
  }

  /** It has ended: what it wrote since the last look is read still. */
  void ended(Running engine) {
    timers.cancel(TIMER);
    if (looking) {
      again = Optional.of(engine);
    } else {
      look(engine);
    }
  }

  /** It ended, or did not come up, without anybody having asked it to. */
  void ended(String words) {
    tell(book.ended(words, around.clock().instant(), limits()));
  }

  private void look(Running engine) {
    looking = true;
    int now = watched;
    long begin = from;
    work.off(
        () -> engine.wrongSince(begin),
        news -> new ModelInstance.SeenOfTrouble(now, news),
        why -> new ModelInstance.SeenOfTrouble(now, LogNews.none(begin)));
  }

  /** What a look has shown. */
  void seen(ModelInstance.SeenOfTrouble seen) {
    if (seen.watched() != watched) {
      return;
    }
    looking = false;
    from = seen.news().next();
    List<LogNews.Wrong> wrong = seen.news().wrong();
    if (!wrong.isEmpty()) {
      tell(book.with(wrong, around.clock().instant(), limits()));
    }
    again.ifPresent(this::look);
    again = Optional.empty();
  }

  private void tell(TroubleBook now) {
    book = now;
    standing.tell(new InstanceNotice.Troubled(standing.id(), now.told()));
  }

  private TroubleLimits limits() {
    return around.settings().trouble();
  }
}
