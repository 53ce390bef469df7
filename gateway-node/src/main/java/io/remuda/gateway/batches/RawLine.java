package io.remuda.gateway.batches;

/**
 * A line of a file.
 *
 * @param number from 1, blank lines not counted
 * @param bytes without its end
 */
record RawLine(int number, byte[] bytes) {}
