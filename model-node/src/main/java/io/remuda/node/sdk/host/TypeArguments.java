package io.remuda.node.sdk.host;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The classes that a class gives an interface's type parameters, through whatever lies between
 * them. A model's author implements one method; its types are nowhere else to be had.
 */
final class TypeArguments {

  private TypeArguments() {}

  /** In the order of {@code wanted}'s parameters; empty when one of them is no class. */
  static Optional<List<Class<?>>> of(Class<?> from, Class<?> wanted) {
    return find(from, wanted, Map.of());
  }

  private static Optional<List<Class<?>>> find(
      Type at, Class<?> wanted, Map<TypeVariable<?>, Type> known) {
    Class<?> raw = raw(at);
    if (raw == null || !wanted.isAssignableFrom(raw)) {
      return Optional.empty();
    }
    Map<TypeVariable<?>, Type> here = new HashMap<>();
    if (at instanceof ParameterizedType parameterized) {
      TypeVariable<?>[] variables = raw.getTypeParameters();
      for (int index = 0; index < variables.length; index++) {
        Type argument = parameterized.getActualTypeArguments()[index];
        here.put(variables[index], known.getOrDefault(argument, argument));
      }
    }
    if (raw.equals(wanted)) {
      return classes(Stream.of(raw.getTypeParameters()).map(each -> here.get(each)).toList());
    }
    Stream<Type> above =
        Stream.concat(
            Stream.ofNullable(raw.getGenericSuperclass()), Stream.of(raw.getGenericInterfaces()));
    return above.flatMap(each -> find(each, wanted, here).stream()).findFirst();
  }

  private static Optional<List<Class<?>>> classes(List<@Nullable Type> types) {
    if (!types.stream().allMatch(each -> each instanceof Class<?>)) {
      return Optional.empty();
    }
    return Optional.of(types.stream().<Class<?>>map(each -> (Class<?>) each).toList());
  }

  private static @Nullable Class<?> raw(Type type) {
    if (type instanceof Class<?> plain) {
      return plain;
    }
    return type instanceof ParameterizedType parameterized
        ? (Class<?>) parameterized.getRawType()
        : null;
  }
}
