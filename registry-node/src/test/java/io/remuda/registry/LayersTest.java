package io.remuda.registry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;

/** Decide, then do: what decides knows no actors, no clock, no I/O, no log and no chance. */
@AnalyzeClasses(
    packages = "io.remuda.registry",
    importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {

  private static final String PURE =
      "(?!.*\\.proto\\.).*(Decider|State|Draft|Policy|Codec|Reconciler|Round|Follow|Strangers|Resize"
          + "|Replace|MakeRoom|Evictions|Rollout|Change|Declaration|Recipes|Outlook|Sight|Event|Decision|Action|Instance)(\\$.*)?";

  @ArchTest
  static final ArchRule decidingIsPure =
      noClasses()
          .that()
          .haveNameMatching(PURE)
          .or()
          .resideInAPackage("io.remuda.registry.placement..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "akka..",
              "org.slf4j..",
              "java.io..",
              "java.nio..",
              "java.net..",
              "java.sql..",
              "kamon..",
              "com.typesafe..")
          .allowEmptyShould(false);

  @ArchTest
  static final ArchRule decidingAsksNoClock =
      noClasses()
          .that()
          .haveNameMatching(PURE)
          .or()
          .resideInAPackage("io.remuda.registry.placement..")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(Clock.class, Random.class, java.util.concurrent.ThreadLocalRandom.class);

  @ArchTest
  static final ArchRule theRegistryKnowsNoOtherNode =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.remuda.node..", "io.remuda.gateway..", "io.remuda.deploy..");

  @ArchTest
  static final ArchRule nobodySleeps =
      noClasses().should().callMethod(Thread.class, "sleep", long.class);
}
