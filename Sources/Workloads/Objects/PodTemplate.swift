// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import KubernetesModel
import Planning

/// The `template` of a workload, made into Pods.
package struct PodTemplate: Hashable, Sendable {
    package var labels: [String: String]
    package var annotations: [String: String]
    package var spec: JSONValue

    package init(_ template: JSONValue?) {
        labels = (template?.at("metadata", "labels")?.objectValue ?? [:]).compactMapValues(\.stringValue)
        annotations = (template?.at("metadata", "annotations")?.objectValue ?? [:]).compactMapValues(\.stringValue)
        spec = template?["spec"] ?? [:]
    }

    /// Ten characters that follow from the content; the label `pod-template-hash`.
    package var hash: String {
        let content: JSONValue = [
            "labels": .stringMap(labels), "annotations": .stringMap(annotations), "spec": spec,
        ]
        return String(SHA256.hex(content.canonicalBytes).prefix(10))
    }

    /// A Pod under a name that follows from its owner and its number, so that the same decision is never carried out twice.
    func pod(of owner: some KubernetesObject, number: Int, labels more: [String: String] = [:]) -> DesiredObject {
        DesiredObject(
            .pods,
            ObjectKey(namespace: owner.metadata.namespace, name: Self.name(of: owner, number: number)),
            labels: labels.merging(more) { _, ours in ours }, annotations: annotations, owners: [owner.ownerReference],
            body: ["spec": spec])
    }

    /// `OWNER-` and five characters.
    static func name(of owner: some KubernetesObject, number: Int) -> String {
        let suffix = SHA256.hex(Array("\(owner.metadata.uid)/\(number)".utf8)).prefix(5)
        return "\(owner.metadata.name.prefix(57))-\(suffix)"
    }

    /// The first numbers from `start` on whose names are free.
    static func freeNumbers(_ count: Int, from start: Int, of owner: some KubernetesObject, in world: World) -> [Int] {
        var numbers: [Int] = []
        var number = start
        let pods = world[WholePod.self]
        while numbers.count < count, number < start + 10_000 {
            let key = ObjectKey(namespace: owner.metadata.namespace, name: name(of: owner, number: number))
            if pods[key] == nil { numbers.append(number) }
            number += 1
        }
        return numbers
    }
}

/// What a rollout's numbers say: a count, or a share of something in per cent.
enum CountOrShare {
    /// `1` or `"25%"`, of `whole`; nil when it is neither.
    static func count(_ value: JSONValue?, of whole: Int64, roundingUp: Bool) -> Int64? {
        if let count = value?.countValue { return count }
        guard let text = value?.stringValue, text.hasSuffix("%"), let share = Int64(text.dropLast()),
            (0...10_000).contains(share), (0...1_000_000).contains(whole)
        else { return nil }
        return roundingUp ? (whole * share + 99) / 100 : whole * share / 100
    }
}
