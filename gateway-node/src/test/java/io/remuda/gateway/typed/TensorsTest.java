package io.remuda.gateway.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tensors to messages and back, for one of each kind of field. */
class TensorsTest {

  private static final TypedModel ORDERS = Protos.model("shop.Order", "shop.Order");

  private static String tensor(String name, String datatype, String shape, String data) {
    return "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":%s,\"data\":%s}"
        .formatted(name, datatype, shape, data);
  }

  private static TensorRequest read(String... tensors) throws BadMessage {
    return TensorRequest.read(
        Protos.utf8("{\"inputs\":[" + String.join(",", tensors) + "]}"), ORDERS);
  }

  /** What a model that gives back what it gets answers. */
  private static String echoed(TensorRequest request) throws BadMessage {
    byte[] binary = ORDERS.input().fromJson(request.message());
    return new String(TensorAnswer.of("shop", ORDERS, request, binary), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "id|BYTES|[1]|[\"a\"]",
        "is_gift|BOOL|[1]|[true]",
        "count|INT32|[1]|[-7]",
        "unsigned_count|UINT32|[1]|[4294967295]",
        "total|INT64|[1]|[-9223372036854775808]",
        "unsigned_total|UINT64|[1]|[18446744073709551615]",
        "weight|FP32|[1]|[0.1]",
        "price|FP64|[1]|[1.0E300]",
        "price|FP64|[1]|[\"NaN\"]",
        "seal|BYTES|[1]|[\"AAE=\"]",
        "color|BYTES|[1]|[\"RED\"]",
        "labels|BYTES|[1]|[\"{\\\"k\\\":\\\"v\\\"}\"]",
        "at|BYTES|[1]|[\"\\\"2026-01-01T00:00:00Z\\\"\"]",
        "limit|BYTES|[1]|[\"\\\"7\\\"\"]",
        "extra|BYTES|[1]|[\"{\\\"a\\\":[1.5,null]}\"]",
        "scores|FP64|[3]|[1.5,2.5,-0.5]",
        "scores|FP64|[0]|[]",
        "items|BYTES|[2]|[\"{\\\"sku\\\":\\\"a\\\",\\\"size\\\":1,\\\"maker\\\":{\\\"name\\\":\\\"m\\\"}}\","
            + "\"{\\\"sku\\\":\\\"b\\\",\\\"size\\\":0,\\\"maker\\\":{\\\"name\\\":\\\"\\\"}}\"]",
      })
  void everyKindOfFieldComesBackAsItWent(String name, String datatype, String shape, String data)
      throws Exception {
    assertThat(echoed(read(tensor(name, datatype, shape, data))))
        .contains(tensor(name, datatype, shape, data));
  }

  @Test
  void takesArraysOfArraysAndTheNamesOfJson() throws Exception {
    String nested = echoed(read(tensor("scores", "FP64", "[2,2]", "[[1.5,2.5],[3.5,4.5]]")));
    String camel = echoed(read(tensor("isGift", "BOOL", "[1]", "[true]")));

    assertThat(nested).contains(tensor("scores", "FP64", "[4]", "[1.5,2.5,3.5,4.5]"));
    assertThat(camel).contains(tensor("is_gift", "BOOL", "[1]", "[true]"));
  }

  @Test
  void leavesOutFieldsThatAreNotSetAndThoseThatAreNotWanted() throws Exception {
    String all = echoed(read());
    TensorRequest few =
        TensorRequest.read(
            Protos.utf8(
                "{\"id\":\"7\",\"inputs\":[],\"outputs\":[{\"name\":\"isGift\"},"
                    + "{\"name\":\"note\"}],\"parameters\":{\"any\":1}}"),
            ORDERS);

    assertThat(all).contains("\"count\"").doesNotContain("\"note\"", "\"parent\"", "\"id\":");
    assertThat(few.id()).isEqualTo(Optional.of("7"));
    assertThat(few.outputs()).isEqualTo(Set.of("is_gift", "note"));
    assertThat(echoed(few))
        .isEqualTo(
            "{\"model_name\":\"shop\",\"id\":\"7\",\"outputs\":["
                + tensorOut("is_gift", "BOOL", "[1]", "[false]")
                + "]}");
  }

  /** Jackson itself reads no text of more than 20 million characters. */
  @Test
  void answersATextThatIsLongerThanJacksonReadsByItself() throws Exception {
    TensorRequest one = read(tensor("id", "BYTES", "[1]", "[\"a\"]"));
    byte[] binary =
        ORDERS.input().fromJson(Protos.utf8("{\"id\":\"" + "a".repeat(20_000_001) + "\"}"));

    assertThat(TensorAnswer.of("shop", ORDERS, one, binary)).hasSizeGreaterThan(20_000_001);
  }

  private static String tensorOut(String name, String datatype, String shape, String data) {
    return tensor(name, datatype, shape, data);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nope|BYTES|[1]|[\"a\"]|`inputs[0]`|'nope' does not exist in shop.Order; it has id",
        "count|INT64|[1]|[7]|`inputs[0].datatype`|the tensor 'count' is INT32",
        "count|INT32|[2]|[7,8]|`inputs[0].shape`|has one element, not 2",
        "count|INT32|[0]|[]|`inputs[0].shape`|has one element, not 0",
        "count|INT32|[2]|[7]|`inputs[0].shape`|asks for 2 elements, but its data has 1",
        "count|INT32|[-1]|[7]|`inputs[0].shape`|whole numbers from 0 on",
        "count|INT32|[1.5]|[7]|`inputs[0].shape`|whole numbers from 0 on",
        "scores|FP64|[65536,65536,65536,65536]|[]|`inputs[0].shape`|its data has 0",
        "count|INT32|1|[7]|`inputs[0].shape`|needs 'shape'",
        "count|INT32|[1]|7|`inputs[0].data`|needs 'data'",
        "count|INT32|[1]|[2147483648]|count|count",
        "count|INT32|[1]|[true]|count|count",
        "scores|FP64|[1]|[null]|`scores[0]`|is null",
        "id|BYTES|[1]|[7]|`inputs[0].data[0]`|elements of BYTES are texts",
        "color|BYTES|[1]|[\"GREEN\"]|color|color",
        "seal|BYTES|[1]|[\"§\"]|seal|seal",
        "parent|BYTES|[1]|[\"{\"]|`inputs[0].data[0]`|no JSON of shop.Order, which 'parent' holds",
        "parent|BYTES|[1]|[\"{\\\"nope\\\":1}\"]|parent.nope|does not exist",
        "items|BYTES|[1]|[\"{}\"]|`items[0].sku`|is missing",
      })
  void saysWhichTensorIsWrong(
      String name, String datatype, String shape, String data, String path, String sentence) {
    assertThatThrownBy(
            () -> ORDERS.input().fromJson(read(tensor(name, datatype, shape, data)).message()))
        .isInstanceOfSatisfying(
            BadMessage.class,
            bad -> {
              assertThat(bad.path()).isEqualTo(path);
              assertThat(bad).hasMessageContaining(sentence);
            });
  }

  @Test
  void refusesATensorThatIsGivenTwiceAlsoByItsOtherName() {
    assertThatThrownBy(
            () ->
                read(
                    tensor("is_gift", "BOOL", "[1]", "[true]"),
                    tensor("isGift", "BOOL", "[1]", "[false]")))
        .isInstanceOf(BadMessage.class)
        .hasMessageContaining("given twice");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|``",
        "[]|``",
        "{}|inputs",
        "{\"inputs\":{}}|inputs",
        "{\"inputs\":[1]}|`inputs[0]`",
        "{\"inputs\":[],\"inputs\":[]}|``",
        "{\"inputs\":[]} x|``",
        "{\"inputs\":[],\"outputs\":[{\"name\":\"nope\"}]}|`outputs[0]`",
      })
  void refusesWhatIsNoRequest(String body, String path) {
    assertThatThrownBy(() -> TensorRequest.read(Protos.utf8(body), ORDERS))
        .isInstanceOfSatisfying(BadMessage.class, bad -> assertThat(bad.path()).isEqualTo(path));
  }

  @Test
  void saysThatAMessageWithoutFieldsOfItsOwnHasNoTensors() {
    TypedModel times = Protos.model("google.protobuf.Timestamp", "shop.Order");

    assertThat(TensorModel.objection("times", times).orElseThrow().message())
        .contains("POST /v1/models/times/predict");
    assertThat(TensorModel.objection("shop", ORDERS)).isEmpty();
  }
}
