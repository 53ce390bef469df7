package io.remuda.gateway.edge;

import io.remuda.protocol.Route;
import io.remuda.protocol.bytes.InferencePort;

/** Finds the door to the machine of a route: in process, or over HTTP. */
@FunctionalInterface
public interface Ports {
  InferencePort of(Route route);
}
