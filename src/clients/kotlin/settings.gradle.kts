rootProject.name = "messenger-client"

dependencyResolutionManagement {
    repositories { mavenCentral() }
}
