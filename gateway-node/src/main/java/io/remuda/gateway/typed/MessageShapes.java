package io.remuda.gateway.typed;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The shapes of every type that can be reached from some, in the order they are come by. */
final class MessageShapes {

  private final Map<Descriptor, MessageShape> shapes = new LinkedHashMap<>();

  MessageShapes(Descriptor... roots) {
    Deque<Descriptor> open = new ArrayDeque<>();
    for (Descriptor root : roots) {
      open.add(root);
    }
    while (!open.isEmpty()) {
      Descriptor type = open.poll();
      if (shapes.containsKey(type)) {
        continue;
      }
      shapes.put(type, new MessageShape(type));
      for (FieldDescriptor field : type.getFields()) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          open.add(field.getMessageType());
        }
      }
    }
  }

  MessageShape of(Descriptor type) {
    return Objects.requireNonNull(shapes.get(type), type::getFullName);
  }

  Collection<MessageShape> all() {
    return Collections.unmodifiableCollection(shapes.values());
  }
}
