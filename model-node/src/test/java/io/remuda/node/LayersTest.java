package io.remuda.node;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.remuda.protocol.testing.Layers;

@AnalyzeClasses(packages = "io.remuda.node")
class LayersTest {

  @ArchTest static final ArchTests layers = ArchTests.in(Layers.class);
}
