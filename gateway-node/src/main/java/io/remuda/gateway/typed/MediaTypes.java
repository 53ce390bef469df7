package io.remuda.gateway.typed;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.util.Locale;
import java.util.Optional;

/** Which form a client sends and which one it wants back. */
public final class MediaTypes {

  public static final String JSON = "application/json";
  public static final String PROTOBUF = "application/x-protobuf";

  /** Output messages one after the other, each behind its length as a varint. */
  public static final String PROTOBUF_SEQUENCE = "application/x-protobuf-seq";

  public static final String EVENTS = "text/event-stream";

  /** The form of one message. */
  public enum Form {
    JSON,
    PROTOBUF,
    /** JSON messages as server-sent events; for answers only. */
    EVENTS
  }

  private MediaTypes() {}

  /** The form of a body with this Content-Type; none given means JSON. Empty: not taken. */
  public static Optional<Form> ofContent(String contentType) {
    String[] parts = contentType.toLowerCase(Locale.ROOT).split(";");
    String type = parts[0].strip();
    if (type.isEmpty()) {
      return Optional.of(Form.JSON);
    }
    Optional<Form> form = formOf(type).filter(each -> each != Form.EVENTS);
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (form.equals(Optional.of(Form.JSON))
          && parameter.startsWith("charset=")
          && !parameter.substring(8).replace("\"", "").equals("utf-8")) {
        return Optional.empty();
      }
    }
    return form;
  }

  /** What to say to a client whose Content-Type is not taken. */
  static Refused notTaken(String contentType) {
    return Refused.of(
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        "the body is '"
            + FieldPath.shown(contentType)
            + "'; send JSON in UTF-8 with 'Content-Type: application/json', or protobuf with"
            + " 'Content-Type: application/x-protobuf'");
  }

  /** The same where tensors are taken, which come as JSON alone. */
  static Refused noTensors(String contentType) {
    return Refused.of(
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        "the body is '"
            + FieldPath.shown(contentType)
            + "'; send tensors as JSON with 'Content-Type: application/json', their data in it and"
            + " not behind it (binary_data=False)");
  }

  /** What to say to a client whose Accept names nothing that there is. */
  static Refused notGiven(String accept) {
    return Refused.of(
        ErrorCode.NOT_ACCEPTABLE,
        "answers are application/json, application/x-protobuf or text/event-stream; 'Accept: "
            + FieldPath.shown(accept)
            + "' allows none of them");
  }

  /**
   * The form that a client with this Accept likes best of those there are. {@code sent} is what it
   * gets when it does not care. Empty: it takes none of them.
   */
  public static Optional<Form> ofAnswer(String accept, Form sent) {
    if (accept.isBlank()) {
      return Optional.of(sent);
    }
    Optional<Form> best = Optional.empty();
    double bestQuality = 0;
    for (String range : accept.toLowerCase(Locale.ROOT).split(",")) {
      String[] parts = range.split(";");
      String type = parts[0].strip();
      Optional<Form> form =
          type.equals("*/*") || type.equals("application/*")
              ? Optional.of(sent)
              : type.equals("text/*") ? Optional.of(Form.EVENTS) : formOf(type);
      double quality = quality(parts);
      // Of equal ones the first that was named wins.
      if (form.isPresent() && quality > bestQuality) {
        best = form;
        bestQuality = quality;
      }
    }
    return best;
  }

  private static double quality(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("q=")) {
        try {
          return Double.parseDouble(parameter.substring(2).strip());
        } catch (NumberFormatException e) {
          return 0;
        }
      }
    }
    return 1;
  }

  private static Optional<Form> formOf(String type) {
    return switch (type) {
      case JSON -> Optional.of(Form.JSON);
      case PROTOBUF, "application/protobuf", "application/vnd.google.protobuf" ->
          Optional.of(Form.PROTOBUF);
      case EVENTS -> Optional.of(Form.EVENTS);
      default -> type.endsWith("+json") ? Optional.of(Form.JSON) : Optional.empty();
    };
  }
}
