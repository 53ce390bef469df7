package io.remuda.protocol.testing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rules that hold the architecture, for every module. A module's own test applies them:
 *
 * <pre>{@code
 * @AnalyzeClasses(packages = "io.remuda.registry")
 * class LayersTest {
 *   @ArchTest static final ArchTests layers = ArchTests.in(Layers.class);
 * }
 * }</pre>
 */
public final class Layers {

  private static final String REGISTRY = "io.remuda.registry..";
  private static final String NODE = "io.remuda.node..";
  private static final String GATEWAY = "io.remuda.gateway..";
  private static final String DEPLOY = "io.remuda.deploy..";
  private static final String GENERATED = "io.remuda..proto..";

  /** Those that decide under a name of their own. */
  private static final Set<String> DECIDING =
      Set.of(
          "Balancer",
          "CapacityLedger",
          "Lifecycle",
          "LossBrake",
          "MemoryReturn",
          "Reconciler",
          "StartTurns",
          "Tenancy",
          "Tenure",
          "WaitingClaims");

  private static final DescribedPredicate<JavaClass> PURE =
      DescribedPredicate.describe(
          "pure classes (*Decider, *State, *Policy, *Codec, the placement package, "
              + String.join(", ", new TreeSet<>(DECIDING))
              + ")",
          type ->
              !type.getPackageName().contains(".proto")
                  && !outermost(type).getSimpleName().endsWith("Test")
                  && (outermost(type).getSimpleName().matches(".*(Decider|State|Policy|Codec)")
                      || DECIDING.contains(outermost(type).getSimpleName())
                      || type.getPackageName().startsWith("io.remuda.registry.placement"))
                  // Named by akka-management, whose word for it this is.
                  && !type.getSimpleName().equals("ContactListJoinDecider"));

  private static final DescribedPredicate<JavaClass> OUTSIDE_WORLD =
      resideInAnyPackage(
              "akka..",
              "org.slf4j..",
              "java.util.logging..",
              "java.nio.file..",
              "java.nio.channels..",
              "java.net..",
              "java.io..",
              "java.sql..",
              "kamon..")
          .and(
              DescribedPredicate.not(
                  DescribedPredicate.describe(
                      "plain words of the language",
                      type ->
                          Set.of(
                                  "java.io.IOException",
                                  "java.io.UncheckedIOException",
                                  "java.io.Serializable",
                                  "java.net.URI",
                                  "java.net.URISyntaxException",
                                  // The type of a reply's address within a message, never told.
                                  "akka.actor.typed.ActorRef")
                              .contains(type.getName()))))
          .as("akka, I/O, logging or metrics");

  private static final DescribedPredicate<JavaAccess<?>> CLOCK_OR_CHANCE =
      DescribedPredicate.describe(
          "the clock or chance",
          access ->
              Set.of(
                      "java.time.Instant.now",
                      "java.time.LocalDateTime.now",
                      "java.time.ZonedDateTime.now",
                      "java.time.OffsetDateTime.now",
                      "java.time.Clock.systemUTC",
                      "java.time.Clock.systemDefaultZone",
                      "java.lang.System.currentTimeMillis",
                      "java.lang.System.nanoTime",
                      "java.lang.Math.random",
                      "java.util.UUID.randomUUID",
                      "java.util.concurrent.ThreadLocalRandom.current",
                      "java.util.random.RandomGenerator.getDefault",
                      "java.util.Random.<init>",
                      "java.security.SecureRandom.<init>")
                  .contains(access.getTargetOwner().getName() + "." + access.getName()));

  /** What a test class sets up once is set before its tests and read by them. */
  private static final DescribedPredicate<JavaClass> NO_TESTS =
      DescribedPredicate.describe(
          "are no test classes",
          type -> !outermost(type).getSimpleName().matches(".*(Test|Tests|IT)"));

  private Layers() {}

  private static JavaClass outermost(JavaClass type) {
    JavaClass outer = type;
    while (outer.getEnclosingClass().isPresent()) {
      outer = outer.getEnclosingClass().get();
    }
    return outer;
  }

  @ArchTest
  static final ArchRule protocolKnowsNoModule =
      noClasses()
          .that()
          .resideInAPackage("io.remuda.protocol..")
          .should(dependOnClassesThat(resideInAnyPackage(REGISTRY, NODE, GATEWAY, DEPLOY)))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule registryKnowsNoOtherNode =
      noClasses()
          .that()
          .resideInAPackage(REGISTRY)
          .should(dependOnClassesThat(resideInAnyPackage(NODE, GATEWAY, DEPLOY)))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule modelNodeKnowsNoOtherNode =
      noClasses()
          .that()
          .resideInAPackage(NODE)
          .should(dependOnClassesThat(resideInAnyPackage(REGISTRY, GATEWAY, DEPLOY)))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule gatewayKnowsNoOtherNode =
      noClasses()
          .that()
          .resideInAPackage(GATEWAY)
          .should(dependOnClassesThat(resideInAnyPackage(REGISTRY, NODE, DEPLOY)))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule pureCodeTouchesNothing =
      noClasses().that(PURE).should(dependOnClassesThat(OUTSIDE_WORLD)).allowEmptyShould(true);

  @ArchTest
  static final ArchRule pureCodeIsToldTheTime =
      noClasses().that(PURE).should().accessTargetWhere(CLOCK_OR_CHANCE).allowEmptyShould(true);

  @ArchTest
  static final ArchRule nobodyUsesJavaSerialization =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.ObjectOutputStream")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.ObjectInputStream");

  @ArchTest
  static final ArchRule nobodySleeps =
      noClasses()
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "sleep", long.class, int.class)
          .orShould()
          .callMethod(java.util.concurrent.TimeUnit.class, "sleep", long.class);

  @ArchTest
  static final ArchRule namesSayWhatAThingIs =
      noClasses()
          .that(resideOutsideOfPackages(GENERATED))
          .should()
          .haveNameMatching(".*(Manager|Helper|Utils?|Impl|Base|Common)");

  @ArchTest
  static final ArchRule packagesSayWhatTheyHold =
      classes()
          .should()
          .resideOutsideOfPackages(
              "io.remuda..common..",
              "io.remuda..util..",
              "io.remuda..core..",
              "io.remuda..impl..",
              "io.remuda..base..");

  @ArchTest
  static final ArchRule noStaticFieldChanges =
      fields()
          .that()
          .areStatic()
          .and()
          .areDeclaredInClassesThat(resideOutsideOfPackages(GENERATED))
          .and()
          .areDeclaredInClassesThat(NO_TESTS)
          .and()
          .doNotHaveModifier(JavaModifier.SYNTHETIC)
          .and()
          .haveNameNotStartingWith("$")
          .should()
          .beFinal();
}
