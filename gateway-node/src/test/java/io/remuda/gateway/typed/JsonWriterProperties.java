package io.remuda.gateway.typed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Messages are written as protobuf's own printer writes them. */
class JsonWriterProperties {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Property(tries = 500)
  void writesWhatProtobufsOwnPrinterDoes(@ForAll long seed) throws Exception {
    RandomMessages any = new RandomMessages(seed, false);
    MessageType type = any.model().input();

    assertWrittenAsByThePrinter(type, any.message(type.descriptor()));
  }

  @Property(tries = 500)
  void writesTypesThatHaveAFormOfTheirOwnAsThePrinterDoes(@ForAll long seed) throws Exception {
    OwnForms any = new OwnForms(seed);

    assertWrittenAsByThePrinter(any.type(), any.message());
  }

  @Example
  void writesTheFieldsOfOldSyntaxAsThePrinterDoes() throws Exception {
    OwnForms any = new OwnForms(0);

    for (Message each : any.oldOnes()) {
      assertWrittenAsByThePrinter(any.oldType(), each);
    }
  }

  @Example
  void writesTextThatJsonHasToQuote() throws Exception {
    MessageType order = Protos.model("shop.Order", "shop.Order").input();
    String text = "\"<a href='x'>\\\u0001\n\u2028 \u00e4 \ud83d\ude00</a>&=";
    String json = MAPPER.createObjectNode().put("id", text).toString();

    byte[] written = order.toJson(order.fromJson(Protos.utf8(json)));

    assertThat(MAPPER.readTree(written).path("id").asText()).isEqualTo(text);
    assertThat(new String(written, StandardCharsets.UTF_8)).contains("<a href='x'>");
  }

  /**
   * The same names in the same order with values of the same form ("1" is not 1, and 1.0 neither).
   * Only the printer's quoting of characters to which HTML gives a meaning, and JSON does not, is
   * taken away by reading both.
   */
  private static void assertWrittenAsByThePrinter(MessageType type, Message message)
      throws Exception {
    byte[] bytes = message.toByteArray();
    String expected =
        JsonFormat.printer()
            .alwaysPrintFieldsWithNoPresence()
            .omittingInsignificantWhitespace()
            .usingTypeRegistry(JsonFormat.TypeRegistry.newBuilder().add(type.descriptor()).build())
            .print(Protos.parsed(type, bytes));

    assertThat(MAPPER.readTree(type.toJson(bytes)).toString())
        .isEqualTo(MAPPER.readTree(expected).toString());
  }
}
