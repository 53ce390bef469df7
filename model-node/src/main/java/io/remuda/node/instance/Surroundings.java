package io.remuda.node.instance;

import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What every instance of a machine needs of it.
 *
 * @param blocking runs what waits for the operating system or for the disk
 * @param clock tells when something ended, for as long as that is remembered
 * @param nanoTime the clock of time-outs
 * @param tasks where durable tasks come from
 * @param starts how long engines took to be ready
 */
public record Surroundings(
    InstanceSettings settings,
    Hosted hosted,
    InstanceFolder folders,
    Executor blocking,
    RandomGenerator random,
    InstantSource clock,
    Supplier<Long> nanoTime,
    TaskDesk tasks,
    StartTimes starts) {}
