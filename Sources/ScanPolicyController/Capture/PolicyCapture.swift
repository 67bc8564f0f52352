// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import JSONScan
import KubernetesModel
import Planning

/// What a policy's plan looked at, as a value that can be written to a file and planned again.
package struct PolicyCapture {
    /// The kinds that are written down, by the name of their kind; a Job is read in two ways.
    private static let kinds: [(name: String, kind: any CapturedObject.Type)] = [
        ("ScanPolicy", ScanPolicy.self), ("ScanReport", ScanReport.self), ("Pod", Pod.self), ("Node", Node.self),
        ("Namespace", Namespace.self), ("ReplicaSet", ReplicaSetOwner.self), ("JobOwner", JobOwner.self),
        ("Job", Job.self), ("ConfigMap", ConfigMap.self), ("Channel", Channel.self),
        ("ImageWatch", ImageWatch.self),
    ]

    package let policy: ScanPolicy
    package let time: Timestamp
    package let world: World

    /// Cuts the world down to what the policy's plan looks at.
    package init(_ policy: ScanPolicy, in world: World, at now: Timestamp) {
        self.policy = policy
        time = now
        self.world = PolicySlice.of(world, for: policy, at: now)
    }

    /// The plan that was made.
    package var plan: Plan { ScanPolicyController.plan(policy, in: world, at: time) }

    // MARK: As text

    private static let format = "watchbill-capture/1"

    package var json: JSONValue {
        var objects: [String: JSONValue] = [:]
        for (name, kind) in Self.kinds {
            let entries = Self.entries(kind, in: world)
            if !entries.isEmpty { objects[name] = .array(entries) }
        }
        return [
            "format": .string(Self.format), "kind": "ScanPolicy",
            "namespace": .string(policy.metadata.namespace), "name": .string(policy.metadata.name),
            "time": .string(time.rfc3339Micro), "configuration": Self.json(world.configuration),
            "objects": .object(objects), "facts": .array(facts),
        ]
    }

    /// Objects that could not be read stand as their metadata only.
    private static func entries<Object: CapturedObject>(_ kind: Object.Type, in world: World) -> [JSONValue] {
        world[kind].entries().sorted { $0.key < $1.key }.map { _, entry in
            switch entry {
            case .object(let object): object.captured
            case .unreadable(let metadata, let error):
                ["metadata": metadata.captured, "unreadable": .string(error.reason)]
            }
        }
    }

    private var facts: [JSONValue] {
        let wanted = plan.wants.compactMap { FactCapture.json($0.question, in: world) }
        let survey = ScanSurvey(of: world, at: time)
        let outputs = survey.jobs.compactMap { survey.progress(of: $0).question }
            .compactMap { FactCapture.json($0, in: world) }
        return (wanted + outputs).sorted { $0.canonicalText < $1.canonicalText }
    }

    private static func json(_ configuration: OperatorConfiguration) -> JSONValue {
        [
            "operatorNamespace": .string(configuration.operatorNamespace),
            "excludedNamespaces": .strings(configuration.excludedNamespaces),
            "databaseRepository": .string(configuration.scanner.databaseRepository),
            "limits": .stringMap(configuration.scanPod.limits),
            "maximumMemory": .string(configuration.scanPod.maximumMemory),
        ]
    }

    // MARK: Reading

    /// Reads what `json` wrote; the reason says which part is something else.
    package init(json: JSONValue) throws(PolicyCaptureError) {
        guard json["format"]?.stringValue == Self.format else {
            throw PolicyCaptureError(reason: "its format is not \(Self.format)")
        }
        guard let time = json["time"]?.stringValue.flatMap(Timestamp.init(rfc3339:)) else {
            throw PolicyCaptureError(reason: "time is no instant")
        }
        var world = World(configuration: Self.configuration(json["configuration"] ?? [:]))
        for (name, kind) in Self.kinds {
            for (index, object) in (json.at("objects", name)?.arrayValue ?? []).enumerated() {
                do throws(JSONError) {
                    try Self.read(kind, object, into: &world)
                } catch {
                    throw PolicyCaptureError(reason: "objects.\(name)[\(index)]: \(error.path) \(error.reason)")
                }
            }
        }
        for (index, fact) in (json["facts"]?.arrayValue ?? []).enumerated() where !FactCapture.read(fact, into: &world)
        {
            throw PolicyCaptureError(reason: "facts[\(index)] is none that is known")
        }
        let key = ObjectKey(
            namespace: json["namespace"]?.stringValue ?? "", name: json["name"]?.stringValue ?? "")
        guard let policy = world[ScanPolicy.self].object(key) else {
            throw PolicyCaptureError(reason: "there is no ScanPolicy \(key) among its objects")
        }
        self.policy = policy
        self.time = time
        self.world = world
    }

    private static func read<Object: CapturedObject>(
        _ kind: Object.Type, _ json: JSONValue, into world: inout World
    ) throws(JSONError) {
        var scanner = JSONScanner(json.canonicalBytes)
        if let reason = json["unreadable"]?.stringValue {
            let metadata = try ObjectMetadata.ofObject(&scanner)
            world[kind][metadata.key] = .unreadable(metadata, JSONError(offset: 0, reason: reason))
        } else {
            let object = try Object(from: &scanner)
            world[kind][object.key] = .object(object)
        }
    }

    private static func configuration(_ json: JSONValue) -> OperatorConfiguration {
        var configuration = OperatorConfiguration()
        if let name = json["operatorNamespace"]?.stringValue { configuration.operatorNamespace = name }
        configuration.excludedNamespaces = json["excludedNamespaces"]?.arrayValue?.compactMap(\.stringValue) ?? []
        if let repository = json["databaseRepository"]?.stringValue {
            configuration.scanner.databaseRepository = repository
        }
        configuration.scanPod.limits = (json["limits"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        if let memory = json["maximumMemory"]?.stringValue { configuration.scanPod.maximumMemory = memory }
        return configuration
    }
}

/// Why a text is no capture.
package struct PolicyCaptureError: Error, Equatable, Sendable {
    package var reason: String
}
