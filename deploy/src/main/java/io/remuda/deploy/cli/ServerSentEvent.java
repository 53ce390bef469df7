package io.remuda.deploy.cli;

import java.util.Optional;
import java.util.function.Consumer;

/** One event of a stream; comments are passed over. */
record ServerSentEvent(Optional<String> id, String kind, String data) {

  /** Hands out each event as soon as the blank line that ends it is there. */
  static void parse(Lines lines, Consumer<ServerSentEvent> events) {
    Optional<String> id = Optional.empty();
    String kind = "message";
    StringBuilder data = new StringBuilder();
    boolean any = false;
    for (Optional<String> next = lines.next(); next.isPresent(); next = lines.next()) {
      String line = next.get();
      if (line.isEmpty()) {
        if (any) {
          events.accept(new ServerSentEvent(id, kind, data.toString()));
        }
        kind = "message";
        data.setLength(0);
        any = false;
      } else if (line.startsWith("data:")) {
        data.append(any ? "\n" : "").append(value(line));
        any = true;
      } else if (line.startsWith("id:")) {
        id = Optional.of(value(line));
      } else if (line.startsWith("event:")) {
        kind = value(line);
      }
    }
  }

  private static String value(String line) {
    String value = line.substring(line.indexOf(':') + 1);
    return value.startsWith(" ") ? value.substring(1) : value;
  }
}
