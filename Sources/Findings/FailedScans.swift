// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Digests
import Essentials
import JSONScan
import KubernetesModel
import OCIModel
import Planning

/// Why scans came to nothing, by what the cluster remembers of them, for whoever waits for a report. `ScanSchedule` writes it;
/// a status lists no more than ten of them.
package struct FailedScans: Derivation {
    /// Of the ConfigMap in the operator's namespace, and of its member.
    package static let name = "watchbill-attempts"
    package static let member = "attempts.json"
    /// How long after its last try a failure is remembered.
    package static let lifetime = Duration.seconds(86_400)
    package static let limits = JSONLimits(maximumDepth: 6, maximumBytes: 2 << 20, maximumValues: 200_000)

    package struct Failure: Hashable, Sendable {
        package var reason: String
        package var message: String
        package var scanners: Set<String>
        package var expiry: Timestamp

        package init(reason: String, message: String, scanners: Set<String>, expiry: Timestamp) {
            (self.reason, self.message, self.scanners, self.expiry) = (reason, message, scanners, expiry)
        }
    }

    package init() {}

    /// By id.
    package func value(in world: World) -> [String: Failure] {
        let key = ObjectKey(namespace: world.configuration.operatorNamespace, name: Self.name)
        return world[ConfigMap.self].object(key).map(Self.entries(of:))?.compactMapValues(Failure.init) ?? [:]
    }

    /// The same memory with these entries alone.
    package static func sliced(_ memory: ConfigMap, to ids: Set<String>) -> ConfigMap {
        var sliced = memory
        let entries = Self.entries(of: memory).filter { ids.contains($0.key) }
        sliced.data = [member: JSONValue.object(entries).canonicalText]
        return sliced
    }

    private static func entries(of memory: ConfigMap) -> [String: JSONValue] {
        guard let text = memory.data[member] else { return [:] }
        var scanner = JSONScanner(Array(text.utf8), limits: limits)
        do throws(JSONError) { return try scanner.readValue().objectValue ?? [:] } catch { return [:] }
    }

    /// Of an image in a realm.
    ///
    /// - Parameter namespace: whose workload's rights it was scanned with; nil: the operator's.
    package static func id(_ digest: Digest, _ platform: Platform, withRightsOf namespace: String?) -> String {
        String(SHA256.hex("\(namespace ?? "")|\(digest)|\(platform)".utf8).prefix(20))
    }
}

extension FailedScans.Failure {
    fileprivate init?(_ json: JSONValue) {
        guard let reason = json["reason"]?.stringValue.flatMap(ScanFailureReason.init(rawValue:)),
            let last = json["lastTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(
            reason: reason.rawValue, message: json["message"]?.stringValue ?? "",
            scanners: Set(json["scanners"]?.arrayValue?.compactMap(\.stringValue) ?? []),
            expiry: last + FailedScans.lifetime)
    }
}
