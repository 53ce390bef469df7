package io.remuda.deploy.cli;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What somebody reads who typed something that is no command of ours. */
final class Usage {

  private Usage() {}

  /** Says it in one sentence, with the nearest word that would have been understood. */
  static int refuse(ParameterException failure) {
    CommandLine line = failure.getCommandLine();
    line.getErr().println("remuda: " + sentence(failure, line));
    line.getErr().println("See '" + line.getCommandSpec().qualifiedName() + " --help'.");
    return Exit.USAGE.code();
  }

  private static String sentence(ParameterException failure, CommandLine line) {
    if (failure instanceof UnmatchedArgumentException unmatched
        && !(failure instanceof MissingParameterException)
        && !unmatched.getUnmatched().isEmpty()) {
      return unknown(unmatched.getUnmatched().get(0), line);
    }
    return String.valueOf(failure.getMessage());
  }

  private static String unknown(String word, CommandLine line) {
    boolean option = word.startsWith("-");
    TreeSet<String> known = new TreeSet<>();
    if (option) {
      line.getCommandSpec().options().forEach(each -> known.addAll(List.of(each.names())));
    } else {
      known.addAll(line.getSubcommands().keySet());
    }
    String name = option ? word.replaceFirst("=.*", "") : word;
    Optional<String> meant = Nearest.to(name, known);
    String what =
        option
            ? "there is no option '" + name + "'"
            : known.isEmpty()
                ? "'" + word + "' is one word too many"
                : "there is no command '" + word + "'";
    return what + meant.map(nearest -> "; did you mean '" + nearest + "'?").orElse("");
  }
}
