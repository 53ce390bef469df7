package io.remuda.protocol.testing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializer;
import akka.serialization.Serializers;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** A node of another version as the sender of a message: it leaves out components, or adds some. */
public final class OtherVersion {

  private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

  private final Serialization serialization;

  /**
   * @param system whose messages they are
   */
  public OtherVersion(ActorSystem<?> system) {
    this.serialization = SerializationExtension.get(Adapter.toClassic(system));
  }

  /** What {@code message} is read as from a sender that does not know of {@code components}. */
  public <T> T without(T message, String... components) throws IOException {
    return changed(message, tree -> ((ObjectNode) tree).remove(List.of(components)));
  }

  /** The same of every part of {@code message} that has {@code component}. */
  public <T> T withoutInEach(T message, String component) throws IOException {
    return changed(
        message,
        tree -> {
          assertThat(tree.findParents(component)).isNotEmpty();
          tree.findParents(component).forEach(each -> ((ObjectNode) each).remove(component));
        });
  }

  /** What {@code message} is read as from a sender that tells {@code component} too. */
  public <T> T with(T message, String component, int value) throws IOException {
    return changed(message, tree -> ((ObjectNode) tree).put(component, value));
  }

  @SuppressWarnings("unchecked")
  private <T> T changed(T message, Consumer<JsonNode> change) throws IOException {
    Serializer serializer = serialization.findSerializerFor(message);
    JsonNode tree = CBOR.readTree(serialization.serialize(message).get());
    change.accept(tree);
    return (T)
        serialization
            .deserialize(
                CBOR.writeValueAsBytes(tree),
                serializer.identifier(),
                Serializers.manifestFor(serializer, message))
            .get();
  }
}
