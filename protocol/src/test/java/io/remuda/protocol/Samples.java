package io.remuda.protocol;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.Scaling;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Makes values of any message type out of its record's components: one full, one as empty as can
 * be.
 */
final class Samples {

  private final ActorRef<?> someone;
  private final boolean full;

  /** Of what records are being made just now, the outermost first. */
  private final Deque<Class<?>> within = new ArrayDeque<>();

  Samples(ActorRef<?> someone, boolean full) {
    this.someone = someone;
    this.full = full;
  }

  Object of(Type type) {
    if (type instanceof ParameterizedType generic) {
      return container((Class<?>) generic.getRawType(), generic.getActualTypeArguments());
    }
    Class<?> wanted = (Class<?>) type;
    if (wanted == String.class) {
      return full ? "a text with \"quotes\" and ünïcode" : "";
    }
    if (wanted == long.class || wanted == Long.class) {
      return full ? Long.MAX_VALUE - 1 : 1L;
    }
    if (wanted == int.class || wanted == Integer.class) {
      return full ? 7 : 1;
    }
    if (wanted == double.class || wanted == Double.class) {
      return full ? 0.75 : 0.0;
    }
    if (wanted == boolean.class || wanted == Boolean.class) {
      return full;
    }
    if (wanted == Instant.class) {
      return full ? Instant.parse("2031-05-06T07:08:09.123456789Z") : Instant.EPOCH;
    }
    if (wanted == Duration.class) {
      return full ? Duration.ofMillis(90_500) : Duration.ZERO;
    }
    if (wanted == OptionalInt.class) {
      return full ? OptionalInt.of(3) : OptionalInt.empty();
    }
    if (wanted == OptionalLong.class) {
      return full ? OptionalLong.of(3) : OptionalLong.empty();
    }
    if (wanted == OptionalDouble.class) {
      return full ? OptionalDouble.of(0.5) : OptionalDouble.empty();
    }
    if (wanted.isEnum()) {
      Object[] constants = wanted.getEnumConstants();
      return full ? constants[constants.length - 1] : constants[0];
    }
    if (wanted == Scaling.class) {
      return full
          ? new Scaling(
              0, 7, Optional.of(Duration.ofMinutes(5)), 3, Optional.of(Duration.ofMillis(800)))
          : new Scaling(1, 1, Optional.empty(), 1, Optional.empty());
    }
    if (wanted == RolloutWish.class && full) {
      return new RolloutWish(
          RolloutWish.Strategy.SURGE, 2, Optional.of(Duration.ofMinutes(9)), OptionalInt.of(5));
    }
    if (wanted == Keep.class) {
      return full ? new Keep(true, -7) : Keep.DEFAULT;
    }
    if (wanted == RolloutWish.class) {
      return RolloutWish.DEFAULT;
    }
    if (wanted.isRecord()) {
      return record(wanted);
    }
    throw new AssertionError("no sample for " + type + "; teach Samples about it");
  }

  private Object container(Class<?> raw, Type[] arguments) {
    if (raw == ActorRef.class) {
      return someone;
    }
    if (raw == Optional.class) {
      return full ? Optional.of(of(arguments[0])) : Optional.empty();
    }
    if (raw == List.class) {
      return full && !isDeep(arguments[0]) ? List.of(of(arguments[0])) : List.of();
    }
    if (raw == Set.class) {
      return full ? Set.of(of(arguments[0])) : Set.of();
    }
    if (raw == Map.class) {
      return full ? Map.of(of(arguments[0]), of(arguments[1])) : Map.of();
    }
    throw new AssertionError("no sample for " + raw + "; teach Samples about it");
  }

  /** A record may hold a list of its own kind; of those once is enough. */
  private boolean isDeep(Type type) {
    return within.stream().filter(type::equals).count() > 1;
  }

  private Object record(Class<?> type) {
    if (type.getPackageName().endsWith(".id")) {
      return id(type);
    }
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    within.addLast(type);
    Object[] values =
        Arrays.stream(components)
            .map(component -> text(type, component).orElseGet(() -> of(component.getGenericType())))
            .toArray();
    within.removeLast();
    return make(type, types, values);
  }

  /** Components that must not be blank. */
  private static Optional<Object> text(Class<?> type, RecordComponent component) {
    return type.getSimpleName().equals("ModelSpec") && component.getName().equals("engine")
        ? Optional.of("llama-server")
        : Optional.empty();
  }

  private Object id(Class<?> type) {
    if (type.getSimpleName().equals("InstanceId")) {
      return io.remuda.protocol.id.InstanceId.of(full ? "chat-small.v2-17" : "a-0");
    }
    return make(type, new Class<?>[] {String.class}, new Object[] {full ? "chat1234" : "abcd"});
  }

  private static Object make(Class<?> type, Class<?>[] types, Object[] values) {
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("no sample for " + type, e);
    }
  }
}
