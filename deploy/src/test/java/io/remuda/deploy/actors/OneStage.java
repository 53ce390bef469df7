package io.remuda.deploy.actors;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;

/** Has all dispatchers of an actor system run on the {@link Turns} of its scheduler. */
public final class OneStage extends ExecutorServiceConfigurator {

  private final Turns turns;

  /** As Akka makes it, by its name in the configuration. */
  public OneStage(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
    turns = ((VirtualScheduler) prerequisites.scheduler()).turns();
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threads) {
    return () -> turns;
  }
}
