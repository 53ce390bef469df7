package io.remuda.node.engine;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How an engine ended.
 *
 * @param code its exit status, 128 + n when signal n ended it; empty when nobody saw it end
 * @param asked whether it was told to stop
 * @param outOfMemory whether its last words say that memory ran out: starting it again here is of
 *     no use
 * @param memoryLimitMiB at which the kernel ended it; empty when it did not
 * @param lastLines of its output, at most 50
 */
public record EngineExit(
    OptionalInt code,
    boolean asked,
    boolean outOfMemory,
    OptionalLong memoryLimitMiB,
    List<String> lastLines) {
  public EngineExit {
    lastLines = List.copyOf(lastLines);
  }

  /** Why it ended, in a sentence for people; the last line of its output is part of it. */
  public String sentence() {
    String how =
        code.isEmpty()
            ? "the engine ended unseen"
            : code.getAsInt() > 128
                ? "the engine was ended by signal " + (code.getAsInt() - 128)
                : "the engine exited with code " + code.getAsInt();
    String memory =
        memoryLimitMiB.isPresent()
            ? ", for it wanted more than the %d MiB that its resources.memoryMiB allows"
                .formatted(memoryLimitMiB.getAsLong())
            : outOfMemory ? ", for want of memory" : "";
    return lastLines.isEmpty()
        ? how + memory + " and said nothing"
        : how + memory + "; its last words: " + lastLines.get(lastLines.size() - 1).strip();
  }
}
