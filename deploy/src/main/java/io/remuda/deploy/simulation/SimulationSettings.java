package io.remuda.deploy.simulation;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.node.instance.InstanceSettings;
import io.remuda.registry.RegistrySettings;
import java.time.Duration;

/** The product's own settings, as far as a simulated fleet needs them. */
record SimulationSettings(
    RegistrySettings registry,
    InstanceSettings instance,
    Duration reportInterval,
    Duration tombstonesFor,
    Duration registerInterval) {

  /** The defaults. */
  static SimulationSettings load() {
    Config root = ConfigFactory.defaultReference();
    Config node = root.getConfig("remuda.node");
    return new SimulationSettings(
        RegistrySettings.from(root),
        InstanceSettings.from(root),
        node.getDuration("report-interval"),
        node.getDuration("tombstones-for"),
        node.getDuration("self-register-interval"));
  }
}
