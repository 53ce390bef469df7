package io.remuda.gateway.typed;

import static io.remuda.gateway.typed.Protos.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DynamicMessage;
import io.remuda.protocol.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTypeTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final MessageType order = Protos.model("shop.Order", "shop.Order").input();
  private final MessageType old = Protos.model("shop.Old", "shop.Old").input();

  private String roundTrip(String json) throws Exception {
    return new String(order.toJson(order.fromJson(utf8(json))), StandardCharsets.UTF_8);
  }

  private Object field(String json, String name) throws Exception {
    DynamicMessage message = Protos.parsed(order, order.fromJson(utf8(json)));
    return message.getField(order.descriptor().findFieldByName(name));
  }

  private BadMessage refused(String json) {
    return refused(order, json);
  }

  private static BadMessage refused(MessageType type, String json) {
    BadMessage bad = catchThrowableOfType(BadMessage.class, () -> type.fromJson(utf8(json)));
    assertThat(bad).as(json).isNotNull();
    return bad;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"idd\":1}|idd|does not exist in shop.Order",
        "{\"items\":[{\"sku\":\"a\",\"maker\":{}},{\"sku\":5}]}|items[1].sku|must be a string, not the number 5",
        "{\"items\":[{\"sku\":\"a\",\"maker\":{\"nme\":\"\"}}]}|items[0].maker.nme|does not exist in shop.Maker",
        "{\"items\":[{\"maker\":{}}]}|items[0].sku|is missing; shop.Item needs it",
        "{\"items\":[{\"sku\":null,\"maker\":{}}]}|items[0].sku|is missing",
        "{\"items\":[null]}|items[0]|is null",
        "{\"items\":{}}|items|must be an array",
        "{\"labels\":{\"a\":1}}|labels[\"a\"]|must be a string",
        "{\"labels\":{\"a\":null}}|labels[\"a\"]|is null",
        "{\"labels\":[]}|labels|must be an object",
        "{\"byNumber\":{\"x\":{}}}|byNumber[\"x\"]|must be a whole number",
        "{\"byNumber\":{\"7\":{\"sku\":\"\"}}}|byNumber[\"7\"].maker|is missing",
        "{\"byNumber\":{\"7\":{\"sku\":\"\",\"maker\":{}},\"7.0\":{\"sku\":\"\",\"maker\":{}}}}|byNumber[\"7.0\"]|is given twice",
        "{\"id\":\"a\",\"id\":\"b\"}|id|is given twice",
        "{\"isGift\":true,\"is_gift\":true}|is_gift|is given twice",
        "{\"isGift\":\"true\"}|isGift|must be true or false, not the string",
        "{\"count\":2147483648}|count|must be a whole number from -2147483648 to 2147483647",
        "{\"count\":1.5}|count|must be a whole number",
        "{\"count\":\" 1\"}|count|must be a whole number",
        "{\"count\":true}|count|must be a whole number",
        "{\"count\":1e999999}|count|must be a whole number",
        "{\"count\":\"1e-999999\"}|count|must be a whole number",
        "{\"unsignedCount\":-1}|unsignedCount|must be a whole number from 0 to 4294967295",
        "{\"unsignedTotal\":18446744073709551616}|unsignedTotal|must be a whole number",
        "{\"total\":\"9223372036854775808\"}|total|must be a whole number",
        "{\"weight\":1e39}|weight|too large",
        "{\"price\":1e309}|price|too large",
        "{\"price\":\"nan\"}|price|must be a number",
        "{\"seal\":\"%%\"}|seal|Base64",
        "{\"color\":\"GREEN\"}|color|must be a value of shop.Color (COLOR_UNSPECIFIED, RED, BLUE)",
        "{\"color\":\"red\"}|color|must be a value of shop.Color",
        "{\"email\":\"a\",\"phone\":1}|phone|and 'email' exclude each other (oneof contact)",
        "{\"at\":\"yesterday\"}|at|is no google.protobuf.Timestamp",
        "{\"extra\":{\"a\":{\"b\":1,\"b\":2}}}|extra|gives a key twice",
        "{\"limit\":{}}|limit|must be a whole number",
        "{\"parent\":{\"parent\":{\"count\":[]}}}|parent.parent.count|not an array",
        "{\"id\":\"\\ud83d\"}|id|half of a surrogate pair",
        "[]||must be an object {...} of shop.Order, not an array",
      })
  void namesTheFieldThatDoesNotFit(String json, String path, String what) {
    BadMessage bad = refused(json);

    assertThat(bad.path()).isEqualTo(path == null ? "" : path);
    assertThat(bad.refused().message()).contains(what);
    assertThat(bad.refused().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"id\":}",
        "{\"id\":\"a\"} x",
        "nonsense",
        "{\"price\":NaN}",
        "{'id':1}",
        "{}{}"
      })
  void saysWhereABodyStopsBeingJson(String json) {
    BadMessage bad = refused(json);

    assertThat(bad.refused().code()).isEqualTo(ErrorCode.INVALID_JSON);
    assertThat(bad.refused().message()).contains("line 1, column");
  }

  @Test
  void refusesAnEmptyBodyAsJson() {
    assertThat(refused("").refused().message()).contains("the body is empty");
  }

  @Test
  void refusesBytesThatAreNoUtf8() {
    BadMessage bad =
        catchThrowableOfType(
            BadMessage.class,
            () ->
                order.fromJson(
                    new byte[] {'{', '"', 'i', 'd', '"', ':', '"', (byte) 0xC3, '"', '}'}));

    assertThat(bad.refused().code()).isEqualTo(ErrorCode.INVALID_JSON);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"parent\":", "{\"items\":[", "{\"extra\":{\"a\":", "{\"anything\":[", "["})
  void refusesARecursionBomb(String step) {
    BadMessage bad = refused(step.repeat(100_000));

    assertThat(bad.refused().code().status()).isEqualTo(400);
    assertThat(bad.path().length()).isLessThan(400);
  }

  @Test
  void readsEveryKindOfValue() throws Exception {
    assertThat(field("{\"total\":\"9007199254740993\"}", "total")).isEqualTo(9007199254740993L);
    assertThat(field("{\"total\":9007199254740993}", "total")).isEqualTo(9007199254740993L);
    assertThat(field("{\"total\":\"-9223372036854775808\"}", "total")).isEqualTo(Long.MIN_VALUE);
    assertThat(field("{\"unsignedTotal\":18446744073709551615}", "unsigned_total")).isEqualTo(-1L);
    assertThat(field("{\"unsignedCount\":4294967295}", "unsigned_count")).isEqualTo(-1);
    assertThat(field("{\"count\":1e2}", "count")).isEqualTo(100);
    assertThat(field("{\"count\":\"12\"}", "count")).isEqualTo(12);
    assertThat(field("{\"count\":0.0}", "count")).isEqualTo(0);
    assertThat(field("{\"price\":\"NaN\"}", "price")).isEqualTo(Double.NaN);
    assertThat(field("{\"weight\":\"-Infinity\"}", "weight")).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(field("{\"price\":\"1.5\"}", "price")).isEqualTo(1.5);
    assertThat(field("{\"is_gift\":true}", "is_gift")).isEqualTo(true);
    assertThat(field("{\"color\":\"BLUE\"}", "color")).hasToString("BLUE");
    assertThat(field("{\"color\":1}", "color")).hasToString("RED");
    assertThat(field("{\"seal\":\"-_8\"}", "seal")).isEqualTo(field("{\"seal\":\"+/8=\"}", "seal"));
    assertThat(field("{\"count\":null}", "count")).isEqualTo(0);
  }

  @Test
  void writesValuesByProtobufsMapping() throws Exception {
    String json =
        roundTrip(
            """
            {"id":"é \\ud83d\\ude00","total":1,"price":"NaN","color":7,"seal":"_w",
             "at":"2026-01-02T03:04:05.5Z","limit":"12","extra":{"a":[1,null,{"b":true}]},
             "anything":null,"note":"","labels":{"b":"2","":""},"phone":"0","scores":[1,"Infinity"]}
            """);

    assertThat(MAPPER.readTree(json))
        .isEqualTo(
            MAPPER.readTree(
                """
                {"id":"é 😀","isGift":false,"count":0,"unsignedCount":0,"total":"1",
                 "unsignedTotal":"0","weight":0.0,"price":"NaN","seal":"/w==","color":7,"items":[],
                 "labels":{"b":"2","":""},"byNumber":{},"phone":"0",
                 "at":"2026-01-02T03:04:05.500Z","limit":"12",
                 "extra":{"a":[1.0,null,{"b":true}]},"anything":null,"note":"",
                 "scores":[1.0,"Infinity"]}
                """));
  }

  @Test
  void writesAnAnswerOfDefaultsInFull() throws Exception {
    String json = new String(order.toJson(new byte[0]), StandardCharsets.UTF_8);

    assertThat(json)
        .contains("\"isGift\":false", "\"total\":\"0\"", "\"items\":[]", "COLOR_UNSPECIFIED")
        .doesNotContain("parent", "email", "note");
  }

  @Test
  void asksForRequiredFieldsOfProto2() throws Exception {
    assertThat(refused(old, "{\"name\":\"a\",\"inner\":[{\"name\":\"b\"},{}]}").path())
        .isEqualTo("inner[1].name");
    assertThat(refused(old, "{\"name\":\"a\",\"closed\":3}").path()).isEqualTo("closed");

    DynamicMessage inner = DynamicMessage.newBuilder(old.descriptor()).buildPartial();
    DynamicMessage outer =
        DynamicMessage.newBuilder(old.descriptor())
            .setField(old.descriptor().findFieldByName("name"), "a")
            .addRepeatedField(old.descriptor().findFieldByName("inner"), inner)
            .buildPartial();
    assertThatThrownBy(() -> old.checked(outer.toByteArray()))
        .isInstanceOf(BadMessage.class)
        .hasMessageContaining("inner[0].name' is missing");
  }

  @Test
  void takesProtobufAsItIs() throws Exception {
    byte[] bytes = order.fromJson(utf8("{\"id\":\"a\",\"items\":[{\"sku\":\"b\",\"maker\":{}}]}"));

    assertThat(order.checked(bytes)).isEqualTo(bytes);
    assertThat(order.checked(new byte[0])).isEmpty();
  }

  @Test
  void refusesBrokenProtobuf() throws Exception {
    byte[] bytes = order.fromJson(utf8("{\"id\":\"some text\"}"));

    assertThatThrownBy(() -> order.checked(java.util.Arrays.copyOf(bytes, 5)))
        .isInstanceOf(BadMessage.class)
        .hasMessageContaining("is no shop.Order in protobuf's binary form");
    assertThatThrownBy(() -> order.checked(new byte[] {0})).isInstanceOf(BadMessage.class);
    assertThatThrownBy(() -> order.checked(new byte[] {10, 1, (byte) 0xFF}))
        .as("a string that is no UTF-8")
        .isInstanceOf(BadMessage.class);
  }

  @Test
  void refusesFieldsThatTheTypeDoesNotHaveUnlessTold() throws Exception {
    byte[] stranger = {(byte) 0xF8, 0x3F, 1}; // field 1023
    assertThatThrownBy(() -> order.checked(stranger))
        .isInstanceOf(BadMessage.class)
        .hasMessageContaining("field number 1023");

    MessageType lenient =
        TypedModel.parse(Protos.orders(), new TypedSettings(64, true, 1024, 8)).input();
    assertThat(lenient.checked(stranger)).isEqualTo(stranger);
  }

  @Test
  void asksForRequiredMessagesInProtobuf() throws Exception {
    byte[] itemWithoutMaker = {90, 3, 10, 1, 'a'};

    assertThatThrownBy(() -> order.checked(itemWithoutMaker))
        .isInstanceOf(BadMessage.class)
        .hasMessageContaining("'items[0].maker' is missing");
  }

  @Test
  void refusesProtobufThatIsNestedTooDeep() throws Exception {
    byte[] bytes = new byte[0];
    for (int i = 0; i < 70; i++) {
      bytes = within(16, bytes);
    }
    byte[] deep = bytes;

    assertThatThrownBy(() -> order.checked(deep))
        .isInstanceOf(BadMessage.class)
        .hasMessageContaining("nested deeper than 64 levels");
  }

  private static byte[] within(int field, byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CodedOutputStream coded = CodedOutputStream.newInstance(out);
    coded.writeByteArray(field, bytes);
    coded.flush();
    return out.toByteArray();
  }

  @Test
  void refusesDescriptorsThatDoNotHoldTogether() {
    assertThatThrownBy(() -> Protos.model("shop.Missing", "shop.Order"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no message shop.Missing");
  }

  @Test
  void forgetsTheOldestSchemaFirst() {
    SchemaCache models = new SchemaCache(new TypedSettings(64, false, 1024, 2));
    TypedModel first = models.of(Protos.schema("1", "shop.Order", "shop.Old")).orElseThrow();
    TypedModel second = models.of(Protos.schema("2", "shop.Order", "shop.Old")).orElseThrow();
    models.of(Protos.schema("3", "shop.Order", "shop.Old"));

    assertThat(models.of(Protos.schema("2", "shop.Order", "shop.Old"))).containsSame(second);
    assertThat(models.of(Protos.schema("1", "shop.Order", "shop.Old")).orElseThrow())
        .isNotSameAs(first);
    assertThat(models.of(Protos.schema("4", "no.Such", "shop.Old"))).isEmpty();
  }
}
