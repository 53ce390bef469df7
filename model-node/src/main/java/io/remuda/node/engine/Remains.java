package io.remuda.node.engine;

import io.remuda.node.engine.ProcTable.Entry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What lives on of an engine that nobody holds any more: its main process has ended and its keeper
 * with it, or its record cannot be read. It keeps its memory, and the port may look free all the
 * same; so it is ended before the next engine of the instance starts. Only processes that are
 * proven to be this instance's are touched. Blocks, for at most the configured limit.
 */
final class Remains {
  private static final long SLICE_MILLIS = 20;

  private final ProcTable processes;
  private final Duration limit;

  Remains(ProcTable processes, Duration limit) {
    this.processes = processes;
    this.limit = limit;
  }

  /** Processes that were found, and those of them that no signal has ended. */
  record Cleared(Set<Long> found, Set<Long> living) {}

  /** Kills what the engine of {@code folder} has left. Nothing of another boot lives. */
  Cleared endOf(EngineRecord record, Path folder) {
    if (!record.bootId().equals(ProcTable.bootId())) {
      return new Cleared(Set.of(), Set.of());
    }
    Cleared cleared = end(() -> EngineCgroups.remains(processes, record, folder));
    EngineCgroups.of(folder, record.nonce()).remove();
    return cleared;
  }

  /** Kills the keeper and the engine that work in {@code folder}, and all that they started. */
  Cleared endIn(Path folder) {
    Set<String> nonces = new HashSet<>();
    Cleared cleared =
        end(
            () -> {
              Set<Entry> found = new HashSet<>();
              for (Entry each : processes.workingIn(folder)) {
                Optional<String> mark = processes.keeperMark(each.pid());
                mark.ifPresent(
                    nonce -> {
                      found.add(each);
                      nonces.add(nonce);
                    });
              }
              nonces.forEach(nonce -> found.addAll(processes.carrying(nonce)));
              return List.copyOf(found);
            });
    nonces.forEach(nonce -> EngineCgroups.of(folder, nonce).remove());
    return cleared;
  }

  /** Waits until the keeper of {@code record} has cleared up; false when that takes too long. */
  boolean awaitKeeper(EngineRecord record) {
    if (!record.bootId().equals(ProcTable.bootId())) {
      return true;
    }
    long deadline = System.nanoTime() + limit.toNanos();
    while (processes.runs(record.keeperPid(), record.keeperStartTicks())) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      awaitSlice(record.keeperPid());
    }
    return true;
  }

  private interface Look {
    List<Entry> now();
  }

  private Cleared end(Look look) {
    Set<Long> all = new TreeSet<>();
    long deadline = System.nanoTime() + limit.toNanos();
    List<Entry> living = look.now();
    while (!living.isEmpty() && System.nanoTime() < deadline) {
      for (Entry each : living) {
        all.add(each.pid());
        ProcessHandle.of(each.pid()).ifPresent(ProcessHandle::destroyForcibly);
      }
      awaitSlice(living.get(0).pid());
      living = look.now();
    }
    Set<Long> left = new TreeSet<>();
    living.forEach(each -> left.add(each.pid()));
    return new Cleared(all, left);
  }

  /** In slices: one that is dead but not yet waited for counts as gone for us, not for it. */
  private static void awaitSlice(long pid) {
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    if (process.isEmpty()) {
      return;
    }
    try {
      process.get().onExit().get(SLICE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // Looked at again by the caller.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while an engine's processes end", e);
    }
  }
}
