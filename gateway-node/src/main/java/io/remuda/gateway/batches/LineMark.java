package io.remuda.gateway.batches;

/**
 * What is kept beside the answer of a line, so that it need not be read to be counted or measured.
 *
 * @param completed whether it belongs into the output file, else into the file of errors
 * @param bytes of the answer
 */
record LineMark(boolean completed, int bytes) {

  String text() {
    return (completed ? "c" : "f") + bytes;
  }

  static LineMark of(String text) {
    return new LineMark(text.startsWith("c"), Integer.parseInt(text, 1, text.length(), 10));
  }
}
