package io.remuda.registry.model;

import io.remuda.protocol.model.Resources;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What the next instance of a recipe claims, given what engines of it were seen to use, and when a
 * measurement is worth an event.
 *
 * @param margin share that is claimed beyond what was measured
 * @param differs share by which a measurement must differ from what is known to be told
 */
public record ClaimPolicy(double margin, double differs) {

  /**
   * The claim of the next instance.
   *
   * @param declared what an operator gave: claimed at least
   * @param estimate from the model's header: claimed until something is measured
   */
  Resources claim(
      Optional<Resources> declared, Optional<Resources> estimate, Optional<Fit.Measured> measured) {
    Resources known = declared.or(() -> estimate).orElse(Resources.NONE);
    if (measured.isEmpty()) {
      return known;
    }
    Resources need = measured.get().use();
    return declared.isPresent()
        ? memory(
            known,
            Math.max(known.gpuMemoryMiB(), withMargin(need.gpuMemoryMiB())),
            Math.max(known.memoryMiB(), withMargin(need.memoryMiB())))
        : memory(known, withMargin(need.gpuMemoryMiB()), withMargin(need.memoryMiB()));
  }

  private long withMargin(long mib) {
    return (long) Math.ceil(mib * (1 + margin));
  }

  private static Resources memory(Resources claim, long gpuMemoryMiB, long memoryMiB) {
    return claim.gpus() == 0
        ? new Resources(0, memoryMiB, claim.cpus(), 0)
        : new Resources(gpuMemoryMiB, memoryMiB, claim.cpus(), claim.gpus());
  }

  /**
   * What is known after an engine was seen to use {@code seen}; empty where that is no news.
   *
   * <p>More is believed at once. Less is believed half way, and only of a later start: one engine
   * that had little to do does not undo what busy ones have shown.
   *
   * @param promised what the engine was promised: all that is known where none was measured before
   * @param number of its instance
   */
  Optional<Fit.Measured> learn(
      Optional<Fit.Measured> before, Resources promised, Resources seen, long number) {
    if (before.isEmpty()) {
      return more(promised, seen) || less(promised, seen)
          ? Optional.of(new Fit.Measured(seen, 1, number))
          : Optional.empty();
    }
    Fit.Measured known = before.get();
    boolean later = number > known.number();
    if (!more(known.use(), seen) && !(later && less(known.use(), seen))) {
      return Optional.empty();
    }
    Resources next =
        memory(
            seen,
            next(Resources::gpuMemoryMiB, known.use(), seen, later),
            next(Resources::memoryMiB, known.use(), seen, later));
    return Optional.of(
        new Fit.Measured(next, known.starts() + (later ? 1 : 0), Math.max(number, known.number())));
  }

  private static long next(
      ToLongFunction<Resources> what, Resources known, Resources seen, boolean later) {
    long was = what.applyAsLong(known);
    long is = what.applyAsLong(seen);
    if (is >= was) {
      return is;
    }
    return later ? (was + is + 1) / 2 : was;
  }

  private boolean more(Resources known, Resources seen) {
    return over(known.gpuMemoryMiB(), seen.gpuMemoryMiB())
        || over(known.memoryMiB(), seen.memoryMiB());
  }

  private boolean less(Resources known, Resources seen) {
    return under(known.gpuMemoryMiB(), seen.gpuMemoryMiB())
        || under(known.memoryMiB(), seen.memoryMiB());
  }

  private boolean over(long known, long seen) {
    return seen > known * (1 + differs);
  }

  private boolean under(long known, long seen) {
    return seen < known * (1 - differs);
  }
}
