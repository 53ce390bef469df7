package io.remuda.protocol.model;

/**
 * How many instances a deployment that scales by itself gives itself now.
 *
 * @param reason what its load is and how many instances it asks for, in a sentence
 */
public record ScaleView(int target, String reason) {}
