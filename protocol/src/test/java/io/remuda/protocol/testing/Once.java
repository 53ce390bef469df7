package io.remuda.protocol.testing;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value made at the first use. A failure to make it is kept too, so that each test that needs a
 * missing server says the same and none waits for it again.
 */
final class Once<T> {

  private final Supplier<T> maker;
  private @Nullable T value;
  private @Nullable Throwable failure;

  Once(Supplier<T> maker) {
    this.maker = maker;
  }

  synchronized T get() {
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    T made = value;
    if (made == null) {
      try {
        made = maker.get();
      } catch (RuntimeException | Error e) {
        failure = e;
        throw e;
      }
      value = made;
    }
    return made;
  }
}
