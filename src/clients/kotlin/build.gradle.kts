import java.util.Properties
import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    alias(libs.plugins.kotlin.jvm)
    `java-library`
    `maven-publish`
}

group = "actors.messenger"
version = "0.1.0"

// One list of sources, which ./build reads too.
val sources = Properties().apply { file("sources.properties").inputStream().use { load(it) } }

kotlin {
    explicitApi()
    compilerOptions { jvmTarget = JvmTarget.JVM_1_8 }
    sourceSets {
        main { kotlin.setSrcDirs(listOf(sources.getProperty("main"))) }
        test { kotlin.setSrcDirs(listOf(sources.getProperty("test"))) }
        create("agent") { kotlin.setSrcDirs(listOf(sources.getProperty("agent"))) }
    }
}

java {
    sourceCompatibility = JavaVersion.VERSION_1_8
    targetCompatibility = JavaVersion.VERSION_1_8
    withSourcesJar()
}

sourceSets.named("agent") {
    compileClasspath += project.sourceSets.main.get().output + configurations.runtimeClasspath.get()
    runtimeClasspath += project.sourceSets.main.get().output + configurations.runtimeClasspath.get()
}

dependencies {
    api(libs.coroutines)
    api(libs.okhttp)
    compileOnly(libs.android.json) // of the platform on Android; an application on another JVM adds it
    "agentImplementation"(libs.android.json)
    testImplementation(libs.android.json)
    testImplementation(libs.kotlin.test.junit5)
    testImplementation(libs.junit)
    testImplementation(libs.sqlite.jdbc)
}

tasks.test {
    useJUnitPlatform { if (System.getenv("MESSENGER_URL") == null) excludeTags("server") }
    systemProperty("vectors", file("../../../docs/vectors"))
    systemProperty("readme", file("README.md"))
    systemProperty("examples", file("src/test/kotlin/Examples.kt"))
    systemProperty("server", System.getenv("MESSENGER_URL") ?: "")
}

publishing {
    publications {
        create<MavenPublication>("library") {
            artifactId = "client"
            from(components["java"])
            pom {
                name = "Messenger.Actors client"
                description = "Client library for Messenger.Actors on Android and the JVM: end-to-end encryption, resume, an outbox that survives, files."
                licenses { license { name = "MIT" } }
            }
        }
    }
}
