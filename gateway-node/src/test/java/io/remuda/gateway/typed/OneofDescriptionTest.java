package io.remuda.gateway.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the description alone says of a oneof's members, beside what the gateway says. */
class OneofDescriptionTest {

  private final TypedModel model = Protos.model("shop.Order", "shop.Order");
  private final Described order = new Described(model, model.input().descriptor());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"email\":\"a\"}",
        "{\"phone\":\"1\"}",
        "{\"email\":\"\"}",
        "{\"parent\":{\"email\":\"a\"},\"phone\":\"1\"}"
      })
  void takesOneMemberAtMost(String json) throws Exception {
    assertThat(order.check(json).isValid())
        .as("%s%n%s", order.check(json).results(), order)
        .isTrue();
    assertThat(model.input().fromJson(Protos.utf8(json))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"email\":\"a\",\"phone\":\"1\"}",
        "{\"email\":\"\",\"phone\":\"0\"}",
        "{\"parent\":{\"email\":\"a\",\"phone\":\"1\"}}",
        "{\"id\":\"x\",\"count\":1,\"phone\":\"1\",\"email\":\"a\"}"
      })
  void refusesTwoMembersAtOnce(String json) {
    assertThat(order.check(json).isValid()).as(order.toString()).isFalse();
    assertThatThrownBy(() -> model.input().fromJson(Protos.utf8(json)))
        .isInstanceOf(BadMessage.class)
        .hasMessageContaining("exclude each other");
  }
}
