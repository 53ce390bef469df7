package io.remuda.gateway.batches;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.google.protobuf.ByteString;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.TaskId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * What became of a line, in the words of the output file.
 *
 * @param status of the response; 0 when there is none
 * @param body the response's JSON; without a response the error's
 */
public record LineAnswer(int status, byte[] body) {

  /** Whether it belongs into the output file; else into the file of errors. */
  boolean succeeded() {
    return status >= 200 && status < 300;
  }

  static LineAnswer refused(ErrorCode code, String message, String param) {
    String json =
        "{\"error\":{\"message\":"
            + quoted(message)
            + ",\"type\":"
            + quoted(code.type())
            + ",\"param\":"
            + (param.isEmpty() ? "null" : quoted(param))
            + ",\"code\":"
            + quoted(code.code())
            + "}}";
    return new LineAnswer(code.status(), json.getBytes(StandardCharsets.UTF_8));
  }

  /** The line was not run to its end. */
  static LineAnswer none(String code, String message) {
    String json = "{\"code\":" + quoted(code) + ",\"message\":" + quoted(message) + "}";
    return new LineAnswer(0, json.getBytes(StandardCharsets.UTF_8));
  }

  /** The line of the file, with its end. */
  ByteString line(String customId, TaskId task) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(body.length + 200);
    String suffix = task.value().substring(task.value().lastIndexOf('_') + 1);
    write(line, "{\"id\":\"batch_req_" + suffix + "\",\"custom_id\":" + quoted(customId));
    if (status == 0) {
      write(line, ",\"response\":null,\"error\":");
      writeOnOneLine(line);
      write(line, "}\n");
    } else {
      write(line, ",\"response\":{\"status_code\":" + status);
      write(line, ",\"request_id\":\"" + task + "\",\"body\":");
      writeOnOneLine(line);
      write(line, "},\"error\":null}\n");
    }
    return ByteString.copyFrom(line.toByteArray());
  }

  /** A line's end in JSON is always between its words, never within a string. */
  private void writeOnOneLine(ByteArrayOutputStream line) {
    for (byte each : body) {
      line.write(each == '\n' || each == '\r' ? ' ' : each);
    }
  }

  private static void write(ByteArrayOutputStream line, String text) {
    line.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }
}
