package io.remuda.gateway.batches;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.proto.batch.BatchRecord;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is known of the lines of one batch: which have their answers, and of those that are under
 * way, which are bounded in number and bytes, whether they are submitted. It has nothing done about
 * any of them. The lines of one step are worked on by several threads, so all of it is guarded.
 */
final class LineLedger {

  private final int window;
  private final long windowSize;
  private final BitSet done = new BitSet();
  private int completed;
  private int failed;
  private boolean progress;
  private boolean limited;
  private boolean wasLimited;
  private final Map<Integer, OpenLine> fresh = new LinkedHashMap<>();
  private final Map<Integer, OpenLine> submitted = new LinkedHashMap<>();

  /**
   * @param window lines that are under way at one time
   * @param windowSize bytes of those
   */
  LineLedger(int window, long windowSize) {
    this.window = window;
    this.windowSize = windowSize;
  }

  /** A pass begins, in which nothing has happened yet. */
  synchronized void begin() {
    progress = false;
    wasLimited = limited;
    limited = false;
  }

  /** Whether this pass has brought something. */
  synchronized boolean progressed() {
    return progress;
  }

  synchronized void progressing() {
    progress = true;
  }

  /** The line has its answer; said twice it counts once. */
  synchronized void answered(int line, LineMark mark) {
    if (!done.get(line)) {
      done.set(line);
      completed += mark.completed() ? 1 : 0;
      failed += mark.completed() ? 0 : 1;
      progress = true;
    }
    fresh.remove(line);
    submitted.remove(line);
  }

  synchronized boolean isAnswered(int line) {
    return done.get(line);
  }

  /**
   * @param total lines of the batch
   */
  synchronized boolean allAnswered(int total) {
    return done.cardinality() >= total;
  }

  /** The batch with as many answers as there are. */
  synchronized BatchRecord counted(BatchRecord batch) {
    return BatchDecider.counted(batch, completed, failed);
  }

  /** Bytes of all lines under way. */
  synchronized long size() {
    return fresh.values().stream().mapToLong(OpenLine::size).sum()
        + submitted.values().stream().mapToLong(OpenLine::size).sum();
  }

  /**
   * Whether one more line may be opened.
   *
   * @param size bytes of those that are
   */
  synchronized boolean hasRoom(long size) {
    return fresh.size() + submitted.size() < window && size < windowSize;
  }

  /** It is under way from now on, and not submitted. */
  synchronized void open(OpenLine line) {
    fresh.put(line.line().number(), line);
  }

  /** Its task is in the queue of the model, or has ended. */
  synchronized void submitted(OpenLine line, ModelName model) {
    fresh.remove(line.line().number());
    submitted.put(line.line().number(), line.submittedTo(model));
    progress = true;
  }

  /** Nobody knows of its task any more: it is to be submitted anew. */
  synchronized void lost(OpenLine line) {
    submitted.remove(line.line().number());
    fresh.put(line.line().number(), line);
  }

  /** Nothing is left of a minute's limit for it, and so perhaps for no other one. */
  synchronized void limited(OpenLine line) {
    limited = true;
    int number = line.line().number();
    if (fresh.remove(number, line)) {
      // It asks behind the others from now on.
      fresh.put(number, line);
    }
  }

  /** Whether a limit was met in this pass. */
  synchronized boolean isLimited() {
    return limited;
  }

  /** Whether a limit was met in the pass before. */
  synchronized boolean wasLimited() {
    return wasLimited;
  }

  /** Those that are not submitted, in the order in which they ask. */
  synchronized List<OpenLine> fresh() {
    return List.copyOf(fresh.values());
  }

  synchronized List<OpenLine> submitted() {
    return List.copyOf(submitted.values());
  }

  /**
   * Numbers of lines that have no answer, as many as may be under way; none while any is.
   *
   * @param total lines of the batch
   */
  synchronized List<Integer> missing(int total) {
    List<Integer> missing = new ArrayList<>();
    if (fresh.isEmpty() && submitted.isEmpty()) {
      for (int number = done.nextClearBit(1);
          number <= total && missing.size() < window;
          number = done.nextClearBit(number + 1)) {
        missing.add(number);
      }
    }
    return missing;
  }
}
