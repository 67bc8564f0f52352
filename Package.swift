// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
//
// The target graph is the architecture: an arrow that is not written here does not exist
// (`swift build --explicit-target-dependency-import-check error` holds the sources to it).
import PackageDescription

/// WATCHBILL_RINGS names the highest ring of tests that is built: with 2 only values, planners and machines, with 3 also
/// what runs without a socket. Neither builds NIO; each has a scratch path of its own. Absent, everything is built.
let highestRing = Context.environment["WATCHBILL_RINGS"].flatMap(Int.init) ?? 5

// MARK: A, vocabulary: values and pure functions

func pure(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(name: name, dependencies: dependencies)
}

/// A C shim over a Debian library.
func shim(_ name: String, _ linker: LinkerSetting...) -> Target {
    .target(name: name, linkerSettings: linker)
}

let shims: Set<String> = [
    "CDigest", "CZlib", "CYAML", "CRE2", "CBuild", "CMemory", "CKubernetesSchemas", "CCertificates",
]

/// The commit that is built, for `watchbill version`. What this file says is kept for as long as neither it nor the environment
/// changes, so the Makefile names the commit.
let commit =
    Context.environment["WATCHBILL_COMMIT"]
    ?? Context.gitInformation.map { $0.currentCommit + ($0.hasUncommittedChanges ? "-changed" : "") } ?? "unknown"

let vocabulary: [Target] = [
    shim("CDigest", .unsafeFlags(["-l:libcrypto.a"])),
    shim("CZlib", .linkedLibrary("z")),
    shim("CYAML", .unsafeFlags(["-l:libyaml.a"])),
    shim("CMemory"),
    shim("CRE2", .unsafeFlags(["-l:libre2.a"])),
    pure("Essentials"),
    pure("Digests", "CDigest"),
    pure("JSONScan", "Essentials"),
    pure("YAML", "CYAML", "Essentials"),
    pure("Schedules", "Essentials"),
    pure("Schema", "Essentials"),
    pure("OCIModel", "Essentials", "JSONScan", "CRE2"),
    pure("KubernetesModel", "Essentials", "JSONScan", "Digests"),
    pure("TrivyReport", "Essentials", "JSONScan", "Digests", "CZlib"),
    pure("Exposition"),
    pure("VEX", "Essentials", "JSONScan"),
    pure("CustomResources", "Essentials", "KubernetesModel", "OCIModel", "Schema", "JSONScan", "Digests"),
    pure("SpecSpace", "Essentials", "Schema", "KubernetesModel", "CustomResources"),
    pure(
        "Planning", "Essentials", "JSONScan", "KubernetesModel", "CustomResources",
        .product(name: "HashTreeCollections", package: "swift-collections")),
    pure("Facts", "Essentials", "KubernetesModel", "CustomResources", "OCIModel", "Planning", "TrivyReport", "VEX"),
    // What is made of findings: lists of them, what policies leave out, how two images compare.
    pure(
        "Findings", "Essentials", "JSONScan", "KubernetesModel", "OCIModel", "CustomResources", "Planning", "Facts",
        "TrivyReport", "VEX", "Digests"),
    pure(
        "Evaluation", "Essentials", "JSONScan", "KubernetesModel", "OCIModel", "CustomResources", "Findings",
        "Schedules", "TrivyReport"),
]

// MARK: B, behaviour

let behaviour: [Target] = [
    pure("Machines", "Essentials", .product(name: "DequeModule", package: "swift-collections")),
    pure(
        "ScanPolicyController", "Essentials", "KubernetesModel", "OCIModel", "CustomResources", "Planning", "Facts",
        "Findings", "TrivyReport", "VEX", "Digests", "JSONScan", "Schedules", "Exposition"),
    pure(
        "ImageWatchController", "Essentials", "KubernetesModel", "OCIModel", "CustomResources", "Planning", "Facts",
        "Findings", "Schedules", "Exposition"),
    // What registries tell of their own accord: who says it, and of which repository.
    pure("RegistryHints", "Essentials", "Digests", "JSONScan", "OCIModel", "Planning"),
    pure("ChannelController", "Essentials", "KubernetesModel", "CustomResources", "Planning", "Facts"),
    // Minimal controllers and what a node decides, for an API server that has neither; who carries it out is above.
    pure("Workloads", "Essentials", "JSONScan", "KubernetesModel", "CustomResources", "Planning", "Digests"),
    // What the commands for people print, as values; who asks the cluster is above.
    pure(
        "CommandLine", "Essentials", "JSONScan", "YAML", "Schema", "Schedules", "Digests", "KubernetesModel",
        "OCIModel", "CustomResources", "Planning", "Findings", "TrivyReport", "ScanPolicyController",
        "ImageWatchController", "ChannelController"),
]

// MARK: C, shells

let log: Target.Dependency = .product(name: "Logging", package: "swift-log")

let shells: [Target] = [
    pure("HTTPTransport", "Essentials"),
    pure("KubernetesClient", "Essentials", "HTTPTransport", "JSONScan", "KubernetesModel", "YAML", log),
    pure("OCIRegistry", "Essentials", "HTTPTransport", "OCIModel", "Digests"),
    pure(
        "ControllerRuntime", "Essentials", "HTTPTransport", "KubernetesClient", "KubernetesModel", "Machines",
        "Planning",
        "CustomResources", "JSONScan", "Digests", "Exposition", log),
    pure(
        "FactSources", "Essentials", "Facts", "Planning", "KubernetesModel", "KubernetesClient", "OCIModel",
        "OCIRegistry",
        "TrivyReport", "VEX", "CustomResources", "ControllerRuntime", "HTTPTransport", "Exposition",
        "ScanPolicyController", "ImageWatchController"),
    pure(
        "Notifications", "Essentials", "Digests", "Facts", "Planning", "KubernetesModel", "KubernetesClient",
        "CustomResources", "ControllerRuntime", "HTTPTransport", "OCIModel"),
    .target(name: "CKubernetesSchemas", exclude: ["kubernetes-1.30.json.gz"]),
    pure(
        "EmbeddedAPIServer", "CKubernetesSchemas", "CZlib", "Essentials", "HTTPTransport", "JSONScan",
        "KubernetesModel", "Schema"),
    pure("Installation", "Essentials", "JSONScan", "KubernetesModel", "KubernetesClient", "CustomResources"),
    pure("ChildProcesses"),
    pure("Courier", "ChildProcesses", "Essentials", "TrivyReport", "Digests", "JSONScan", "OCIModel"),
    pure(
        "LocalNode", "Workloads", "ChildProcesses", "ControllerRuntime", "CustomResources", "Digests", "Essentials",
        "FactSources", "HTTPTransport", "JSONScan", "KubernetesClient", "KubernetesModel", "OCIModel", "OCIRegistry",
        "Planning", log),
    pure(
        "CommandShell", "CommandLine", "Essentials", "JSONScan", "KubernetesModel", "KubernetesClient", "OCIModel",
        "CustomResources", "Planning", "TrivyReport", "Facts", "FactSources", "ScanPolicyController", "Courier"),
]

let socketShells: [Target] = [
    pure(
        "HTTPClientTransport", "Essentials", "HTTPTransport",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"), log),
    .target(name: "CCertificates", dependencies: [.product(name: "NIOSSL", package: "swift-nio-ssl")]),
    pure(
        "Sandbox", "CCertificates", "EmbeddedAPIServer", "Essentials", "HTTPTransport", "JSONScan", "KubernetesModel",
        "YAML", .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"), log),
    pure(
        "ProbeServer", "Essentials", .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "NIOCore", package: "swift-nio"), log),
]

// MARK: D, programs

/// A program that nothing is linked to later: no table of its symbols, and relocations in the short form. 7 MB less of it, and
/// 2 MB less of it in memory once it has started. GNU ld and gold know no short form, and the toolchain brings lld.
let lean = LinkerSetting.unsafeFlags(
    ["-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"],
    .when(configuration: .release))

let programs: [Target] = [
    .target(name: "CBuild", cSettings: [.define("WATCHBILL_COMMIT", to: "\"\(commit)\"")]),
    .executableTarget(
        name: "Watchbill",
        dependencies: [
            "CBuild", "CMemory", "CommandLine", "CommandShell", "Essentials", "KubernetesModel", "CustomResources",
            "Planning", "Facts", "ScanPolicyController", "ImageWatchController", "ChannelController",
            "Notifications",
            "HTTPTransport",
            "HTTPClientTransport", "KubernetesClient", "OCIRegistry", "OCIModel", "ControllerRuntime", "ProbeServer",
            "EmbeddedAPIServer", "Sandbox", "Courier", "Installation", "LocalNode", "RegistryHints",
            "FactSources", "Evaluation", "TrivyReport", "YAML", "JSONScan", "Digests", "Exposition", log,
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        ],
        exclude: ["Documentation.docc"], linkerSettings: [lean]),
]

let workbench = Target.executableTarget(
    name: "workbench",
    dependencies: [
        "Essentials", "KubernetesModel", "CustomResources", "Planning", "ScanPolicyController", "ImageWatchController",
        "ChannelController", "Schedules", "Schema", "Evaluation", "YAML", "Exposition", "SpecSpace",
    ])

/// What a pass costs, for `make bench`.
let figures = Target.executableTarget(
    name: "figures",
    dependencies: [
        "CMemory", "Essentials", "JSONScan", "KubernetesModel", "OCIModel", "CustomResources", "Planning",
        "ScanPolicyController",
    ])

let testSupport: [Target] = [
    pure("APIConformance", "Essentials", "HTTPTransport", "JSONScan"),
    pure(
        "TestSupport", "Essentials", "KubernetesModel", "CustomResources", "Planning", "Facts", "OCIModel",
        "TrivyReport",
        "HTTPTransport", "EmbeddedAPIServer", "KubernetesClient", "ControllerRuntime", "ScanPolicyController",
        "Digests",
        "JSONScan", "Exposition", log),
]

// MARK: Tests

func tests(_ subject: String, _ more: Target.Dependency..., resources: [Resource] = []) -> Target {
    .testTarget(name: "\(subject)Tests", dependencies: [.init(stringLiteral: subject)] + more, resources: resources)
}

let pureTests: [Target] = [
    tests("Essentials"),
    tests("Digests"),
    tests("JSONScan", "Essentials"),
    tests("YAML", "Essentials"),
    tests("Schema", "Essentials"),
    tests("Schedules", "Essentials"),
    tests("OCIModel", "Essentials"),
    tests("KubernetesModel", "Essentials", "JSONScan"),
    tests("Evaluation", "Essentials", "JSONScan", "OCIModel"),
    tests("TrivyReport", "Essentials", "JSONScan", "Digests", resources: [.copy("Resources")]),
    tests("VEX", "Essentials", "JSONScan", resources: [.copy("Resources")]),
    tests("CustomResources", "Essentials", "KubernetesModel", "Schema", "JSONScan", "TrivyReport"),
    tests("SpecSpace", "Essentials", "Schema", "KubernetesModel", "CustomResources"),
    tests("Planning", "Essentials", "JSONScan", "KubernetesModel", "ScanPolicyController"),
    tests("Machines", "Essentials"),
    tests(
        "ScanPolicyController", "Essentials", "KubernetesModel", "OCIModel", "CustomResources", "Planning", "Facts",
        "Findings", "TrivyReport", "JSONScan", "Schema", "Exposition", "VEX"),
    tests(
        "ImageWatchController", "Essentials", "KubernetesModel", "OCIModel", "CustomResources", "Planning", "Facts",
        "Findings", "JSONScan", "Schema", "Exposition"),
    tests(
        "ChannelController", "Essentials", "KubernetesModel", "CustomResources", "Planning", "Facts", "JSONScan",
        "Schema"),
    tests("Workloads", "Essentials", "JSONScan", "KubernetesModel", "Planning", "CustomResources"),
    tests("Exposition"),
    tests("RegistryHints", "Essentials", "Digests", "Planning"),
    tests(
        "CommandLine", "Essentials", "JSONScan", "KubernetesModel", "OCIModel", "CustomResources", "Findings",
        "TrivyReport", "ScanPolicyController", "Schema", "YAML", "Facts", "Planning", "ImageWatchController",
        "ChannelController"),
]

let shellTests: [Target] = [
    tests("HTTPTransport"),
    tests("KubernetesClient", "Essentials", "HTTPTransport", "KubernetesModel", "JSONScan"),
    tests("OCIRegistry", "Essentials", "HTTPTransport", "OCIModel", "Digests"),
    tests("EmbeddedAPIServer", "Essentials", "HTTPTransport", "JSONScan", "KubernetesModel", "APIConformance"),
    tests(
        "ControllerRuntime", "Essentials", "HTTPTransport", "KubernetesClient", "KubernetesModel", "Planning",
        "CustomResources",
        "EmbeddedAPIServer", "ScanPolicyController", "ImageWatchController", "ChannelController", "Facts",
        "FactSources", "TestSupport", "JSONScan", "TrivyReport", "Machines", "OCIModel", "Exposition", "Schema",
        "CommandLine",
        "SpecSpace",
        log),
    tests(
        "Installation", "Essentials", "HTTPTransport", "KubernetesClient", "KubernetesModel", "CustomResources",
        "EmbeddedAPIServer"),
    tests(
        "Notifications", "Essentials", "HTTPTransport", "KubernetesClient", "KubernetesModel", "CustomResources",
        "Facts", "Planning", "EmbeddedAPIServer", "JSONScan"),
    tests(
        "CommandShell", "CommandLine", "Essentials", "HTTPTransport", "KubernetesClient", "KubernetesModel",
        "CustomResources", "EmbeddedAPIServer", "JSONScan", "Planning"),
    tests(
        "LocalNode", "Workloads", "ChildProcesses", "ControllerRuntime", "EmbeddedAPIServer", "Essentials",
        "HTTPTransport", "KubernetesModel", "Planning", "TestSupport"),
    tests("Courier", "Essentials", "TrivyReport", "JSONScan", "Digests", "OCIModel"),
]

let socketTests: [Target] = [
    .testTarget(
        name: "RealClusterTests",
        dependencies: ["APIConformance", "Essentials", "HTTPClientTransport", "HTTPTransport", "KubernetesClient"]),
    .testTarget(
        name: "RealRegistryTests",
        dependencies: ["Essentials", "HTTPClientTransport", "HTTPTransport", "JSONScan", "OCIModel", "OCIRegistry"]),
    tests(
        "HTTPClientTransport", "Essentials", "HTTPTransport", "KubernetesClient", "KubernetesModel", "JSONScan",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl")),
    tests(
        "Sandbox", "APIConformance", "EmbeddedAPIServer", "Essentials", "HTTPClientTransport", "HTTPTransport",
        "JSONScan",
        "KubernetesClient", "KubernetesModel", log),
    tests("Watchbill", "Courier", resources: [.copy("Resources"), .copy("wrong-uses.txt")]),
    tests("ProbeServer", "HTTPTransport", "HTTPClientTransport", .product(name: "NIOCore", package: "swift-nio"), log),
]

var targets = vocabulary + behaviour + [workbench, figures] + pureTests
var dependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
]
var products: [Product] = [
    .executable(name: "workbench", targets: ["workbench"]), .executable(name: "figures", targets: ["figures"]),
]

if highestRing >= 3 {
    targets += shells + testSupport + shellTests
}
if highestRing >= 4 {
    targets += socketShells + programs + socketTests
    dependencies += [
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    ]
    products.append(.executable(name: "watchbill", targets: ["Watchbill"]))
}

for target in targets where !shims.contains(target.name) {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}

let package = Package(name: "watchbill", products: products, dependencies: dependencies, targets: targets)
