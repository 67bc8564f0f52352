// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Digests
import Essentials
import JSONScan
import KubernetesModel
import OCIModel

/// One of our scan Jobs as the cluster has it: which units it was made for, and where its results are valid.
struct ScanJob: Equatable {
    let job: Job
    let units: [Unit]
    /// Decided by where the Job is; what it says of itself counts in the operator's namespace only.
    let realm: Realm

    /// What a Job says of one of its units.
    struct Unit: Hashable {
        var id: String
        /// As workloads name the image.
        var reference: String
        var image: ImageKey
        var scanners: Set<ScannerKind>
        var maximumFindings: Int
        /// Who wanted it when the Job was made, so that a result is kept although its Pods were gone before it came.
        var namespaces: [String]
        /// Which try this is, counting from 0.
        var number: Int
        /// When the run was due that asked for it.
        var runTime: Timestamp?
        /// The database that it is pinned to.
        var databaseDigest: String?
        /// The memory limit of the Pod that scans it; nil for none.
        var memoryBytes: Int64?
    }

    var key: ObjectKey { job.key }
    var uid: String { job.metadata.uid }
    var isFinished: Bool { job.completion != .running }

    static let component = "scan"
    static let unitsAnnotation = "watchbill.dev/units"
    static let templateAnnotation = "watchbill.dev/template-hash"
    static let courierContainer = "courier"
    static let scannerContainer = "trivy"

    /// The labels of scan Jobs and their Pods.
    static let labels = ["app.kubernetes.io/managed-by": "watchbill", "app.kubernetes.io/component": component]

    /// True for scan Jobs and their Pods.
    static func isOurs(_ metadata: ObjectMetadata) -> Bool {
        // Asked of every Pod there is, nearly always in vain.
        guard metadata.labels["app.kubernetes.io/component"] == component else { return false }
        return labels.allSatisfy { metadata.labels[$0.key] == $0.value }
    }

    /// Nil when the Job was not made by us from this very content: its name is a hash over it.
    init?(_ job: Job, operatorNamespace: String) {
        guard Self.isOurs(job.metadata), let text = job.metadata.annotations[Self.unitsAnnotation],
            let template = job.metadata.annotations[Self.templateAnnotation], let units = Self.parse(text),
            !units.isEmpty
        else { return nil }
        let namespace = job.metadata.namespace
        guard job.metadata.name == Self.name(namespace: namespace, templateHash: template, units: units) else {
            return nil
        }
        // Only in the operator's namespace, where tenants make no Jobs, a Job may say which of the two realms it is of.
        let realms = (namespace == operatorNamespace ? [Realm.operator] : []) + [.workload(namespace: namespace)]
        let realm = realms.first { realm in units.allSatisfy { $0.id == ScanUnit.id(realm, $0.image) } }
        guard let realm else { return nil }
        self.job = job
        self.units = units
        self.realm = realm
    }

    /// The same Job again has the same name, another try or another content a different one.
    static func name(namespace: String, templateHash: String, units: [Unit]) -> String {
        let parts = units.map { "\($0.id)#\($0.number)" + ($0.runTime.map { "#\($0.rfc3339)" } ?? "") }.sorted()
        return "scan-" + SHA256.hex(([namespace, templateHash] + parts).joined(separator: "\n").utf8).prefix(16)
    }

    static func render(_ units: [Unit]) -> String { JSONValue.array(units.map(\.json)).canonicalText }

    private static func parse(_ text: String) -> [Unit]? {
        var scanner = JSONScanner(
            Array(text.utf8), limits: JSONLimits(maximumDepth: 4, maximumBytes: 256 << 10, maximumValues: 2_000))
        do throws(JSONError) {
            let entries = try scanner.readValue().arrayValue ?? []
            let units = entries.compactMap(Unit.init(json:))
            return units.count == entries.count ? units : nil
        } catch {
            return nil
        }
    }
}

extension ScanJob.Unit {
    init?(json: JSONValue) {
        guard let id = json["id"]?.stringValue, let reference = json["reference"]?.stringValue,
            let digest = json["digest"]?.stringValue.flatMap({ Digest($0) }),
            let platform = json["platform"]?.stringValue.flatMap({ Platform($0) }),
            let names = json["scanners"]?.arrayValue?.compactMap(\.stringValue),
            let maximum = json["maximumFindings"]?.integerValue, (1...1_000).contains(maximum),
            let namespaces = json["namespaces"]?.arrayValue?.compactMap(\.stringValue),
            let number = json["try"]?.integerValue, (0...1_000_000).contains(number)
        else { return nil }
        self.init(
            id: id, reference: reference, image: ImageKey(digest: digest, platform: platform),
            scanners: Set(names.compactMap(ScannerKind.init(rawValue:))), maximumFindings: Int(maximum),
            namespaces: namespaces, number: Int(number),
            runTime: json["runTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            databaseDigest: json["databaseDigest"]?.stringValue,
            memoryBytes: json["memoryBytes"]?.integerValue.flatMap { $0 > 0 ? $0 : nil })
    }

    var json: JSONValue {
        .compact([
            "id": .string(id), "reference": .string(reference), "digest": .string(image.digest.description),
            "platform": .string(image.platform.description), "scanners": .strings(scanners.sorted().map(\.rawValue)),
            "maximumFindings": .integer(Int64(maximumFindings)), "namespaces": .strings(namespaces),
            "try": .integer(Int64(number)), "runTime": runTime.map { .string($0.rfc3339) },
            "databaseDigest": databaseDigest.map(JSONValue.string), "memoryBytes": memoryBytes.map(JSONValue.integer),
        ])
    }
}
