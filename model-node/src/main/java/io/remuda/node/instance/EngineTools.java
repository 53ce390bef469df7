package io.remuda.node.instance;

import io.remuda.node.engine.EngineFinder;
import io.remuda.node.engine.EngineProbe;
import io.remuda.node.engine.EngineStarter;
import io.remuda.node.engine.ModelPaths;
import java.time.Duration;

/**
 * What every engine of this machine is found, started and asked with.
 *
 * @param answerLimit for one look whether an engine answers
 */
public record EngineTools(
    EngineFinder finder,
    EngineStarter starter,
    EngineProbe probe,
    ModelPaths models,
    Duration answerLimit) {}
