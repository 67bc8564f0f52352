// SPDX-License-Identifier: Apache-2.0
import ChannelController
import ControllerRuntime
import CustomResources
import EmbeddedAPIServer
import Essentials
import FactSources
import Facts
import ImageWatchController
import JSONScan
import KubernetesModel
import ScanPolicyController
import TestSupport
import TrivyReport

/// A cluster with policies, made from a seed: what runs in it, what goes wrong, and how it changes.
struct LawWorld {
    static let controllers = [
        AnyController(ScanPolicyController.self), AnyController(singleton: ScanSchedule.self),
        AnyController(ImageWatchController.self), AnyController(ChannelController.self),
    ]
    static let name = "policy+schedule+watch+channel"
    /// Stands wherever a tenant's secret could: nothing of ours may ever show it.
    static let canary = "canary-7f3a9d2e"
    /// Whoever knows it may send there.
    static let receiver: JSONValue = ["url": .string("https://hooks.example.org/\(canary)")]
    static let root = "watchbill-system"

    enum Size { case small, normal }

    let rig: OperatorRig
    let jobs: JobSimulator
    let tags = ScriptedDigests<TagDigest>()
    let database = ScriptedDigests<DatabaseDigest>()
    let repositories = ScriptedRepositories()
    let contents = ScriptedContents()
    let receivers = ScriptedReceivers()
    let seed: UInt64
    let size: Size
    private let images: [String]

    init(
        seed: UInt64, size: Size = .normal, election: Bool = false, troubled: Bool = true,
        adjust: (inout OperatorRig.Options) -> Void = { _ in }
    ) {
        self.seed = seed
        self.size = size
        var options = OperatorRig.Options()
        options.controllers = Self.controllers
        options.definitions = CustomResourceDefinition.all.map(\.rendered)
        options.configuration.scanner.image = "example.org/trivy:1"
        options.configuration.courierImage = "example.org/watchbill:1"
        options.namespaces = ["alpha", "beta", "gamma"]
        options.usesLeaderElection = election
        options.seed = seed
        options.shufflesSteps = true
        // Which images share a Job depends on when they are seen; small worlds are compared by the names of their Jobs.
        if size == .small { options.configuration.limits.imagesPerJob = 1 }
        let (tags, database, repositories, contents, receivers) = (tags, database, repositories, contents, receivers)
        options.sources = { client, metrics in
            [
                ScanOutputSource(client: client, metrics: metrics), VEXDocumentsSource(client: client),
                JobEventsSource(client: client), tags, database, repositories, contents, receivers,
            ]
        }
        adjust(&options)
        rig = OperatorRig(options)
        jobs = JobSimulator(on: rig)
        images = (0..<6).map { "registry.example.org/team/app\($0)" }
        for repository in images {
            repositories.set(repository, ["v1", "v2", "latest"])
            for revision in 1...2 {
                tags.set("\(repository):v\(revision)", TestDigest.of("\(repository)#\(revision)"))
            }
        }
        if troubled { makeTrouble() }
    }

    /// A number for this world and `text`, below `bound`.
    private func chance(_ text: String, _ bound: Int) -> Int {
        var generator = SeededGenerator(seed: text.utf8.reduce(seed &* 31) { $0 &* 1_099_511_628_211 ^ UInt64($1) })
        return Int.random(in: 0..<bound, using: &generator)
    }

    /// First tries fail in all ways; some images cannot be scanned at all.
    private func makeTrouble() {
        let seed = seed
        func draw(_ text: String, _ bound: UInt64) -> UInt64 {
            var generator = SeededGenerator(seed: text.utf8.reduce(seed &* 31) { $0 &* 1_099_511_628_211 ^ UInt64($1) })
            return generator.next() % bound
        }
        jobs.course = { task in
            guard task.earlier == 0 else { return .runs }
            let courses: [JobSimulator.Course] = [
                .runs, .runs, .cutLog, .forgedLog, .outOfMemory, .crash, .evicted, .noPod, .cannotPull, .podVanishes,
                .runs, .runs,
            ]
            let digests = task.units.map(\.digest).joined()
            return courses[Int(draw(task.key.namespace + digests, UInt64(courses.count)))]
        }
        jobs.results = { unit in
            guard draw("broken" + unit.digest, 8) == 0 else {
                return .scanned(SeededScans.result(of: unit.digest, name: unit.reference))
            }
            return .failed(
                ScanFailure(
                    reason: .imageNotFound, message: "MANIFEST_UNKNOWN", exitCode: 1,
                    stderrTail: "password=\(Self.canary)"))
        }
    }

    // MARK: The cluster

    /// Everything that is there before the operator starts.
    func populate() {
        rig.addNode("node1")
        rig.addNode("node2", architecture: "arm64")
        rig.create(
            .secrets,
            [
                "metadata": ["name": "pull", "namespace": "beta"], "type": "Opaque",
                "data": ["password": .string(Self.canary)],
            ])
        for (index, namespace) in ["alpha", "beta", "gamma"].enumerated().prefix(size == .small ? 2 : 3) {
            for number in 0..<(size == .small ? 1 : 2) {
                deploy("app\(number)", in: namespace, image: index + number, revision: 1)
            }
            addPolicy("policy", in: namespace)
            addWatch("watch", in: namespace)
            addChannel("hooks", in: namespace)
        }
        if size == .normal {
            addWatch(
                "everything", in: Self.root,
                spec: [
                    "workloads": ["namespaceSelector": [:]], "qualification": ["scanPolicyRef": ["name": "everything"]],
                ])
            addPolicy("everything", in: Self.root, spec: ["workloads": ["namespaceSelector": [:]]])
        }
    }

    func addPolicy(_ name: String, in namespace: String, spec: JSONValue? = nil) {
        rig.create(
            ScanPolicy.resource,
            [
                "metadata": ["name": .string(name), "namespace": .string(namespace)],
                "spec": spec ?? [
                    "workloads": ["selector": [:]], "reports": ["retentionSeconds": 300],
                    "notify": ["channels": ["hooks", "missing"], "minimumSeverity": "Low", "onFirstScan": true],
                ],
            ])
    }

    func addChannel(
        _ name: String, in namespace: String,
        spec: JSONValue = ["webhook": Self.receiver]
    ) {
        rig.create(
            Channel.resource, ["metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": spec])
    }

    func addWatch(
        _ name: String, in namespace: String,
        spec: JSONValue = [
            "workloads": [:], "notify": ["channels": ["hooks"], "onFirstSight": true],
            "qualification": ["scanPolicyRef": ["name": "policy"]],
        ]
    ) {
        rig.create(
            ImageWatch.resource,
            ["metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": spec])
    }

    /// A Deployment with one or two containers; some need credentials, some have a tag only.
    func deploy(_ name: String, in namespace: String, image: Int, revision: Int) {
        let key = ObjectKey(namespace: namespace, name: name)
        let repository = images[image % images.count]
        let isPrivate = chance("private\(namespace)\(name)", 3) == 0
        var container = TestContainer("\(repository):v\(revision)", digestOf: "\(repository)#\(revision)")
        if chance("tag\(namespace)\(name)", 4) == 0 {
            container.imageID = TestDigest.of("node's own id of \(repository)#\(revision)")
        }
        container.environment = ["PASSWORD": Self.canary]
        let node = chance("node\(namespace)\(name)", 4) == 0 ? "node2" : "node1"
        let secrets = isPrivate ? ["pull"] : []
        if revision == 1 {
            rig.addDeployment(
                key, [container], node: node, annotations: ["example.org/token": Self.canary], pullSecrets: secrets)
        } else {
            rig.rollOut(key, [container], revision: revision, node: node, pullSecrets: secrets)
        }
    }

    /// How the cluster changes while the operator runs.
    var changes: [() -> Void] {
        let rollOut = { deploy("app0", in: "alpha", image: 0, revision: 2) }
        if size == .small { return [rollOut] }
        return [
            rollOut,
            {
                rig.delete(.deployments, ObjectKey(namespace: "beta", name: "app1"))
                deploy("late", in: "gamma", image: 4, revision: 1)
            },
            {
                rig.patch(
                    ScanPolicy.resource, ObjectKey(namespace: "beta", name: "policy"), ["spec": ["suspend": true]])
            },
        ]
    }

    /// How long it takes until everything that was tried has an end, the slowest failures included.
    static let patience = Duration.seconds(5_400)

    /// The whole story: a cluster, an operator, changes.
    @discardableResult
    func run(crash: ProcessLink.Crash? = nil, between: () -> Void = {}) -> OperatorProcess {
        populate()
        let process = rig.start(crash: crash)
        between()
        rig.advance(by: size == .small ? .seconds(700) : Self.patience)
        for change in changes {
            change()
            between()
            rig.advance(by: size == .small ? .seconds(700) : Self.patience)
        }
        return process
    }

    // MARK: What there is in the end

    /// Everything of ours, without what differs from run to run: identities, versions and times.
    var inventory: [String: JSONValue] {
        var all: [String: JSONValue] = [:]
        for type in [
            ScanReport.resource, ScanPolicy.resource, ImageWatch.resource, Channel.resource, .jobs, .configMaps,
        ] {
            for object in rig.objects(type)
            where type != .configMaps || object.at("metadata", "namespace") == "watchbill-system" {
                let name = object.at("metadata", "name")?.stringValue ?? ""
                let namespace = object.at("metadata", "namespace")?.stringValue ?? ""
                all["\(type.kind) \(namespace)/\(name)"] = Self.timeless(object)
            }
        }
        return all
    }

    static func timeless(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map(timeless))
        case .object(let members):
            var kept: [String: JSONValue] = [:]
            for (key, value) in members where !isFleeting(key) {
                if key == "outbox" {
                    kept[key] = .strings(untold(value).sorted())
                } else if key == "attempts.json", let text = value.stringValue {
                    kept[key] = timeless(parsed(text))
                } else {
                    kept[key] = timeless(value)
                }
            }
            return .object(kept)
        default: return value
        }
    }

    /// What an outbox is still to tell, each once: how it is bundled depends on when it was seen.
    private static func untold(_ outbox: JSONValue) -> Set<String> {
        Set(
            (outbox.arrayValue ?? []).flatMap { notice in
                let place = ["channel", "event"].map { notice[$0]?.stringValue ?? "" }
                let subjects = (notice["subjects"]?.arrayValue ?? []).compactMap(\.stringValue)
                return subjects.map { (place + [Self.lasting($0)]).joined(separator: " ") }
            })
    }

    /// Of several reasons for a failure, the last one is told; of a newer version, the advice that comes in time.
    private static func lasting(_ subject: String) -> String {
        if let advice = subject.firstRange(of: ": fixes ") { return String(subject[..<advice.lowerBound]) }
        return ScanFailureReason.allCases.contains { subject.hasSuffix(": \($0.rawValue)") }
            ? String(subject.prefix { $0 != " " }) : subject
    }

    private static func isFleeting(_ key: String) -> Bool {
        [
            "uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "jobUID",
            "controller-uid", "labels",
        ].contains(key) || key.hasSuffix("Time")
    }

    private static func parsed(_ text: String) -> JSONValue {
        do throws(JSONError) { return try JSONValue(parsing: Array(text.utf8)) } catch { return .string(text) }
    }

    /// What receivers were told of, each once: how it is bundled into messages depends on when it was seen.
    var told: Set<String> {
        Set(
            receivers.accepted.flatMap { delivery in
                let data = Self.parsed(delivery.body)["data"]
                let place = ["kind", "namespace", "name", "event"].map { data?[$0]?.stringValue ?? "" }
                let subjects = (data?["subjects"]?.arrayValue ?? []).compactMap(\.stringValue)
                return subjects.map { (place + [Self.lasting($0)]).joined(separator: " ") }
            })
    }

    /// Names of the Jobs that were ever made, each as often as it was.
    var createdJobs: [String] {
        rig.writes().filter { $0.resource == .jobs && $0.created }.map { "\($0.key)" }.sorted()
    }

    /// The first difference between two inventories, for people.
    static func difference(_ found: [String: JSONValue], _ wanted: [String: JSONValue]) -> String? {
        for key in Set(found.keys).union(wanted.keys).sorted() where found[key] != wanted[key] {
            guard let one = found[key], let other = wanted[key] else {
                return "\(key) is \(found[key] == nil ? "missing" : "too much")"
            }
            return "\(key): \(path(one, other, at: ""))"
        }
        return nil
    }

    private static func path(_ one: JSONValue?, _ other: JSONValue?, at place: String) -> String {
        if case .object(let left)? = one, case .object(let right)? = other {
            for key in Set(left.keys).union(right.keys).sorted() where left[key] != right[key] {
                return path(left[key], right[key], at: "\(place).\(key)")
            }
        }
        if case .array(let left)? = one, case .array(let right)? = other, left.count == right.count {
            for index in left.indices where left[index] != right[index] {
                return path(left[index], right[index], at: "\(place)[\(index)]")
            }
        }
        return "\(place) is \(one?.canonicalText ?? "absent"), not \(other?.canonicalText ?? "absent")"
    }
}
