package io.remuda.gateway.typed;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.openapi4j.schema.validator.ValidationData;

class MessageTypeProperties {

  @Property(tries = 400)
  void everyMessageComesBackFromItsJson(@ForAll long seed) throws Exception {
    RandomMessages any = new RandomMessages(seed, false);
    MessageType type = any.model().input();
    byte[] bytes = any.message(type.descriptor()).toByteArray();

    byte[] json = type.toJson(bytes);

    assertThat(type.fromJson(json))
        .as(new String(json, StandardCharsets.UTF_8))
        .isEqualTo(Protos.parsed(type, bytes).toByteArray());
    assertThat(type.toJson(type.fromJson(json))).isEqualTo(json);
    assertThat(type.checked(bytes)).isEqualTo(bytes);
  }

  @Property(tries = 200)
  void readsWhatProtobufsOwnPrinterWritesWithDeclaredNames(@ForAll long seed) throws Exception {
    RandomMessages any = new RandomMessages(seed, false);
    MessageType type = any.model().input();
    byte[] bytes = any.message(type.descriptor()).toByteArray();

    String json =
        JsonFormat.printer().preservingProtoFieldNames().print(Protos.parsed(type, bytes));

    assertThat(type.fromJson(Protos.utf8(json)))
        .isEqualTo(Protos.parsed(type, bytes).toByteArray());
  }

  @Property(tries = 200)
  void everyAnswerFitsItsDescription(@ForAll long seed) throws Exception {
    RandomMessages any = new RandomMessages(seed, true);
    TypedModel model = any.model();
    byte[] json = model.output().toJson(any.message(model.output().descriptor()).toByteArray());
    Described described = new Described(model, model.output().descriptor());

    ValidationData<Void> result = described.check(new String(json, StandardCharsets.UTF_8));

    assertThat(result.isValid())
        .as("%s%n%s%n%s", result.results(), new String(json, StandardCharsets.UTF_8), described)
        .isTrue();
  }

  @Property(tries = 300)
  void damagedBodiesAreRefusedAndNothingElseHappens(@ForAll long seed) throws Exception {
    RandomMessages any = new RandomMessages(seed, false);
    MessageType type = any.model().input();
    byte[] bytes = any.message(type.descriptor()).toByteArray();
    Random random = new Random(seed);

    takenOrRefused(() -> type.fromJson(damaged(type.toJson(bytes), random)));
    takenOrRefused(() -> type.checked(damaged(bytes, random)));
  }

  private interface Reading {
    byte[] read() throws BadMessage;
  }

  private static void takenOrRefused(Reading reading) {
    try {
      reading.read();
    } catch (BadMessage e) {
      assertThat(e.refused().code().status()).isEqualTo(400);
      assertThat(e.refused().message()).isNotBlank();
    }
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    for (int i = 0; i < 3 && bytes.length > 0; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
  }
}
