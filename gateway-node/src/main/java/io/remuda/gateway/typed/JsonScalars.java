package io.remuda.gateway.typed;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Values that are no objects, from JSON to what a message holds, by protobuf's JSON mapping: whole
 * numbers as number or string, NaN and Infinity as strings, bytes in either Base64 alphabet, enums
 * by name or number. The parser stands at the value.
 */
final class JsonScalars {

  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]{0,399})(\\.[0-9]{1,399})?([eE][+-]?[0-9]{1,6})?");
  private static final BigInteger UNSIGNED_64 =
      BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
  private static final BigInteger LEAST_64 = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST_64 = BigInteger.valueOf(Long.MAX_VALUE);
  private static final int SHOWN = 40;

  private JsonScalars() {}

  static Object read(JsonParser json, FieldDescriptor field, FieldPath path)
      throws IOException, BadMessage {
    return switch (field.getType()) {
      case INT32, SINT32, SFIXED32 -> (int) whole(json, path, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case UINT32, FIXED32 -> (int) whole(json, path, 0, 0xFFFF_FFFFL);
      case INT64, SINT64, SFIXED64 -> whole(json, path, Long.MIN_VALUE, Long.MAX_VALUE);
      case UINT64, FIXED64 -> unsigned(json, path);
      case FLOAT -> floating(json, path);
      case DOUBLE -> real(json, path);
      case BOOL -> bool(json, path);
      case STRING -> string(json, path);
      case BYTES -> bytes(json, path);
      case ENUM -> enumeration(json, field.getEnumType(), path);
      case GROUP, MESSAGE -> throw new IllegalArgumentException(field + " is no scalar");
    };
  }

  /** The key of a map's entry, which JSON can write as text only. */
  static Object key(String text, FieldDescriptor field, FieldPath path) throws BadMessage {
    return switch (field.getType()) {
      case STRING -> wellFormed(text, path);
      case BOOL -> {
        if (!text.equals("true") && !text.equals("false")) {
          throw BadMessage.at(path, "has a key that must be \"true\" or \"false\"");
        }
        yield text.equals("true");
      }
      case UINT64, FIXED64 -> exact(text, BigInteger.ZERO, UNSIGNED_64, path).longValue();
      case UINT32, FIXED32 -> exact(text, 0, 0xFFFF_FFFFL, path).intValue();
      case INT32, SINT32, SFIXED32 ->
          exact(text, Integer.MIN_VALUE, Integer.MAX_VALUE, path).intValue();
      default -> exact(text, LEAST_64, MOST_64, path).longValue();
    };
  }

  /** What the parser stands at, for a sentence. */
  static String shown(JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_NULL -> "null";
      case VALUE_STRING -> "the string \"" + cut(json.getText()) + "\"";
      case VALUE_TRUE, VALUE_FALSE -> json.getText();
      default -> "the number " + cut(json.getText());
    };
  }

  private static long whole(JsonParser json, FieldPath path, long least, long most)
      throws IOException, BadMessage {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
        && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      long value = json.getLongValue();
      if (value < least || value > most) {
        throw outOfRange(json, path, Long.toString(least), Long.toString(most));
      }
      return value;
    }
    return exact(number(json, path, Long.toString(least), Long.toString(most)), least, most, path)
        .longValue();
  }

  private static long unsigned(JsonParser json, FieldPath path) throws IOException, BadMessage {
    return exact(
            number(json, path, "0", UNSIGNED_64.toString()), BigInteger.ZERO, UNSIGNED_64, path)
        .longValue();
  }

  private static String number(JsonParser json, FieldPath path, String least, String most)
      throws IOException, BadMessage {
    JsonToken token = json.currentToken();
    boolean numeric =
        token.isNumeric()
            || (token == JsonToken.VALUE_STRING && NUMBER.matcher(json.getText()).matches());
    if (!numeric) {
      throw outOfRange(json, path, least, most);
    }
    return json.getText();
  }

  private static BadMessage outOfRange(JsonParser json, FieldPath path, String least, String most)
      throws IOException {
    return BadMessage.at(
        path, "must be a whole number from " + least + " to " + most + ", not " + shown(json));
  }

  private static BigInteger exact(String text, long least, long most, FieldPath path)
      throws BadMessage {
    return exact(text, BigInteger.valueOf(least), BigInteger.valueOf(most), path);
  }

  /** Never builds more digits than a 64-bit number has, whatever exponent was sent. */
  private static BigInteger exact(String text, BigInteger least, BigInteger most, FieldPath path)
      throws BadMessage {
    if (NUMBER.matcher(text).matches()) {
      BigDecimal value = new BigDecimal(text).stripTrailingZeros();
      if (value.signum() == 0) {
        return BigInteger.ZERO;
      }
      long digits = (long) value.precision() - value.scale();
      if (value.scale() <= 0 && digits <= 20) {
        BigInteger whole = value.toBigIntegerExact();
        if (whole.compareTo(least) >= 0 && whole.compareTo(most) <= 0) {
          return whole;
        }
      }
    }
    throw BadMessage.at(
        path, "must be a whole number from " + least + " to " + most + ", not " + cut(text));
  }

  private static float floating(JsonParser json, FieldPath path) throws IOException, BadMessage {
    double value = real(json, path);
    float narrow = (float) value;
    if (Float.isInfinite(narrow) && !Double.isInfinite(value)) {
      throw BadMessage.at(path, "is a 32-bit number, for which " + shown(json) + " is too large");
    }
    return narrow;
  }

  private static double real(JsonParser json, FieldPath path) throws IOException, BadMessage {
    JsonToken token = json.currentToken();
    if (token.isNumeric()) {
      return finite(json.getDoubleValue(), json, path);
    }
    if (token == JsonToken.VALUE_STRING) {
      String text = json.getText();
      switch (text) {
        case "NaN":
          return Double.NaN;
        case "Infinity":
          return Double.POSITIVE_INFINITY;
        case "-Infinity":
          return Double.NEGATIVE_INFINITY;
        default:
          if (NUMBER.matcher(text).matches()) {
            return finite(Double.parseDouble(text), json, path);
          }
      }
    }
    throw BadMessage.at(
        path,
        "must be a number, or one of the strings NaN, Infinity and -Infinity, not " + shown(json));
  }

  private static double finite(double value, JsonParser json, FieldPath path)
      throws IOException, BadMessage {
    if (Double.isInfinite(value)) {
      throw BadMessage.at(
          path, "is a 64-bit floating-point number, for which " + shown(json) + " is too large");
    }
    return value;
  }

  private static boolean bool(JsonParser json, FieldPath path) throws IOException, BadMessage {
    if (!json.currentToken().isBoolean()) {
      throw BadMessage.at(path, "must be true or false, not " + shown(json));
    }
    return json.currentToken() == JsonToken.VALUE_TRUE;
  }

  private static String string(JsonParser json, FieldPath path) throws IOException, BadMessage {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw BadMessage.at(path, "must be a string, not " + shown(json));
    }
    return wellFormed(json.getText(), path);
  }

  /** Half a surrogate pair has no form in UTF-8 and would arrive as a question mark. */
  private static String wellFormed(String text, FieldPath path) throws BadMessage {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (i + 1 == text.length()
            || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
          throw BadMessage.at(
              path, "holds half of a surrogate pair, which is no character; send whole ones");
        }
        i++;
      }
    }
    return text;
  }

  private static ByteString bytes(JsonParser json, FieldPath path) throws IOException, BadMessage {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw BadMessage.at(path, "must be bytes as a string in Base64, not " + shown(json));
    }
    String text = json.getText();
    boolean url = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
    try {
      return ByteString.copyFrom((url ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text));
    } catch (IllegalArgumentException e) {
      throw BadMessage.at(path, "must be bytes as a string in Base64, not " + shown(json));
    }
  }

  private static EnumValueDescriptor enumeration(
      JsonParser json, EnumDescriptor type, FieldPath path) throws IOException, BadMessage {
    JsonToken token = json.currentToken();
    if (token == JsonToken.VALUE_NULL && MessageShape.isNull(type)) {
      return type.findValueByNumber(0);
    }
    EnumValueDescriptor value = null;
    if (token == JsonToken.VALUE_STRING) {
      value = type.findValueByName(json.getText());
    } else if (token.isNumeric()) {
      int number = (int) whole(json, path, Integer.MIN_VALUE, Integer.MAX_VALUE);
      value =
          type.isClosed()
              ? type.findValueByNumber(number)
              : type.findValueByNumberCreatingIfUnknown(number);
    }
    if (value == null) {
      throw BadMessage.at(
          path,
          "must be a value of "
              + type.getFullName()
              + " ("
              + type.getValues().stream()
                  .limit(12)
                  .map(EnumValueDescriptor::getName)
                  .collect(Collectors.joining(", "))
              + (type.getValues().size() > 12 ? ", ..." : "")
              + ") or its number, not "
              + shown(json));
    }
    return value;
  }

  private static String cut(String text) {
    String cut = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
