package io.remuda.gateway.batches;

import io.remuda.protocol.proto.batch.BatchProblem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Looks for what is wrong with the lines of one input; says no more than the first problems. */
final class LineCheck {

  private static final int SHOWN = 50;
  private static final int SHORT = 23;

  private final String endpoint;
  private final int mostLines;
  private final int lineLimit;
  private final Function<BatchLine, Optional<BatchProblem>> more;
  private final Set<String> ids = new HashSet<>();
  private final List<BatchProblem> problems = new ArrayList<>();
  private int lines;

  /**
   * @param more what else may be wrong with a line
   */
  LineCheck(
      String endpoint,
      int mostLines,
      int lineLimit,
      Function<BatchLine, Optional<BatchProblem>> more) {
    this.endpoint = endpoint;
    this.mostLines = mostLines;
    this.lineLimit = lineLimit;
    this.more = more;
  }

  /** One more line; false when the rest need not be looked at. */
  boolean add(RawLine raw) {
    lines++;
    if (lines > mostLines) {
      problems.add(
          whole(
              "too_many_lines",
              "the file has more than " + mostLines + " lines; send several batches"));
      return false;
    }
    if (raw.bytes().length > lineLimit) {
      add(
          new BatchLine.Bad(
              raw.number(),
              "line_too_large",
              "the line has more than " + lineLimit + " bytes",
              ""));
    } else {
      look(raw);
    }
    return problems.size() < SHOWN;
  }

  private void look(RawLine raw) {
    try {
      BatchLine line = BatchLine.parse(raw);
      if (!line.url().equals(endpoint)) {
        throw new BatchLine.Bad(
            raw.number(), "mismatched_url", "'url' is the batch's endpoint, " + endpoint, "url");
      }
      if (!ids.add(seen(line.customId()))) {
        throw new BatchLine.Bad(
            raw.number(),
            "duplicate_custom_id",
            "another line has this 'custom_id' too; give each line its own",
            "custom_id");
      }
      more.apply(line).ifPresent(problems::add);
    } catch (BatchLine.Bad bad) {
      add(bad);
    }
  }

  /** As much of an id as tells it from others: long ones of many lines would fill the memory. */
  private static String seen(String id) {
    return id.length() <= SHORT ? id : BatchIds.derived("", id);
  }

  int lines() {
    return lines;
  }

  /** After the last line. */
  List<BatchProblem> problems() {
    return lines > 0
        ? List.copyOf(problems)
        : List.of(whole("empty_file", "the file has no lines; write one request in each"));
  }

  private void add(BatchLine.Bad bad) {
    problems.add(bad.problem());
  }

  private static BatchProblem whole(String code, String message) {
    return BatchProblem.newBuilder().setCode(code).setMessage(message).build();
  }
}
