// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials
import KubernetesModel
import Planning
import Synchronization

/// What was written lately, so that the same write is not sent again. Losing it costs requests that change nothing, never more.
package final class WriteMemory: Sendable {
    private struct Applied: Sendable {
        var digest: String
        var version: String
    }

    private struct State {
        var applied: [ObjectReference: Applied] = [:]
        var reported: Set<String> = []
        var refusals: [ObjectReference: Timestamp] = [:]
    }

    /// Neither list grows past this; when it is reached it starts anew.
    private static let bound = 10_000

    /// Who writes: the name of this replica.
    package let identity: String
    private let state = Mutex(State())

    package init(identity: String) { self.identity = identity }

    /// True when the cluster holds what is wanted: by content, or because our last apply of the same led to this very version.
    func isConverged(_ object: DesiredObject, observed: Observation?) -> Bool {
        guard let observed else { return false }
        if observed.matches(object) { return true }
        let digest = Self.digest(object)
        return state.withLock {
            $0.applied[object.reference].map { $0.digest == digest && $0.version == observed.version } ?? false
        }
    }

    func remember(_ object: DesiredObject, version: String) {
        let digest = Self.digest(object)
        state.withLock { state in
            if state.applied.count >= Self.bound { state.applied = [:] }
            state.applied[object.reference] = Applied(digest: digest, version: version)
        }
    }

    /// True when an object of this name was applied by this process.
    func hasApplied(_ reference: ObjectReference) -> Bool { state.withLock { $0.applied[reference] != nil } }

    // MARK: Refusals

    /// Remembers a refused write; returns what was refused before `limit` and not since, which is forgotten.
    func remember(
        refusal reference: ObjectReference, at time: Timestamp, forgettingBefore limit: Timestamp
    ) -> [ObjectReference] {
        state.withLock { state in
            state.refusals[reference] = time
            let old = state.refusals.filter { $0.value < limit }.map(\.key)
            for reference in old { state.refusals[reference] = nil }
            return old
        }
    }

    /// When writing this object was refused last; nil when it was not.
    func refusal(of reference: ObjectReference) -> Timestamp? { state.withLock { $0.refusals[reference] } }

    /// True when there was one.
    func forgetRefusal(of reference: ObjectReference) -> Bool {
        state.withLock { $0.refusals.removeValue(forKey: reference) != nil }
    }

    // MARK: What was said

    func wasReported(_ mark: String) -> Bool { state.withLock { $0.reported.contains(mark) } }

    func report(_ mark: String) {
        state.withLock { state in
            if state.reported.count >= Self.bound { state.reported = [] }
            state.reported.insert(mark)
        }
    }

    private static func digest(_ object: DesiredObject) -> String { SHA256.hex(object.body.canonicalBytes) }
}

/// What the store knows of an object that we apply.
package struct Observation: Sendable {
    var version: String
    var metadata: ObjectMetadata
    var contentDigest: String?

    /// True when the content is the same and the metadata that we set has our values; others may have added more.
    func matches(_ object: DesiredObject) -> Bool {
        guard let contentDigest, contentDigest == ContentDigest.of(object.body) else { return false }
        let wanted = object.body["metadata"]
        let labels = wanted?["labels"]?.objectValue ?? [:]
        let annotations = wanted?["annotations"]?.objectValue ?? [:]
        let owners = wanted?["ownerReferences"]?.arrayValue ?? []
        let present = metadata.ownerReferences.map(\.json)
        return labels.allSatisfy { metadata.labels[$0.key] == $0.value.stringValue }
            && annotations.allSatisfy { metadata.annotations[$0.key] == $0.value.stringValue }
            && owners.allSatisfy { present.contains($0) }
    }
}

extension World {
    /// Looks an object up among the kinds that a controller reads in full.
    func observation(of reference: ObjectReference, in controller: AnyController) -> Observation? {
        let kind = controller.reads.first { $0.kind.resource == reference.resource && !$0.kind.isMetadataOnly }?.kind
        return kind.flatMap { observation(in: $0, reference.key) }
    }

    private func observation<Object: KubernetesObject>(in kind: Object.Type, _ key: ObjectKey) -> Observation? {
        self[kind].object(key).map {
            Observation(version: $0.metadata.resourceVersion, metadata: $0.metadata, contentDigest: $0.contentDigest)
        }
    }
}
