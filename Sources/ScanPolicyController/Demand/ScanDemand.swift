// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Facts
import KubernetesModel
import OCIModel
import Planning

/// Where a Job runs, and with that where its result is valid.
package enum Realm: Hashable, Sendable {
    /// The operator's namespace, without tenants' credentials: valid everywhere.
    case `operator`
    /// A workload's namespace: valid there only.
    case workload(namespace: String)
}

/// An image as a thing to scan: content and platform.
package struct ImageKey: Hashable, Comparable, Sendable {
    package var digest: Digest
    package var platform: Platform

    package init(digest: Digest, platform: Platform) {
        self.digest = digest
        self.platform = platform
    }

    package static func < (left: ImageKey, right: ImageKey) -> Bool {
        left.digest == right.digest
            ? left.platform.description < right.platform.description : left.digest < right.digest
    }
}

/// What a policy may say about Jobs that run with its workloads.
package struct WorkloadJobSettings: Hashable, Sendable {
    package var pullSecrets: Set<String> = []
    package var serviceAccountName: String?
    package var nodeSelector: [String: String] = [:]
    package var tolerations: [Toleration] = []
    package var resources: ResourceRequirements?

    package init() {}
}

/// One image that somebody wants scanned for one namespace.
package struct ScanDemand: Hashable, Sendable {
    /// Where the report belongs.
    package var namespace: String
    package var image: ImageKey
    /// The images' names, as workloads write them; one content may have several.
    package var references: Set<ImageReference>
    package var isResolvedFromTag = false
    package var scanners: Set<ScannerKind>
    package var realm: Realm
    package var settings = WorkloadJobSettings()
    package var users: Set<ScanReport.Workload> = []
    package var retries: Int
    package var timeoutSeconds: Int
    package var maximumFindings: Int
    /// False when every policy that wants it is suspended: what is there stays, nothing new begins.
    package var isActive: Bool
    /// False while it waits for the next run of the schedule.
    package var startsScans: Bool
    /// How fresh the report must be; nil: any will do.
    package var run: RunDemand?

    /// The name that stands in reports and messages: the first in alphabetical order, so that it does not flicker.
    package var reference: ImageReference? { references.min { $0.description < $1.description } }

    /// Another workload uses the image on the same terms.
    mutating func add(_ user: ScanReport.Workload, _ reference: ImageReference, _ isResolvedFromTag: Bool) {
        users.insert(user)
        references.insert(reference)
        self.isResolvedFromTag = self.isResolvedFromTag && isResolvedFromTag
    }

    /// What another policy, or another workload, wants of the same image in the same namespace.
    mutating func merge(_ other: ScanDemand) {
        references.formUnion(other.references)
        isResolvedFromTag = isResolvedFromTag && other.isResolvedFromTag
        scanners.formUnion(other.scanners)
        users.formUnion(other.users)
        retries = max(retries, other.retries)
        timeoutSeconds = max(timeoutSeconds, other.timeoutSeconds)
        maximumFindings = max(maximumFindings, other.maximumFindings)
        isActive = isActive || other.isActive
        startsScans = startsScans || other.startsScans
        run = RunDemand.later(run, other.run)
        guard case .workload = other.realm else { return }
        if case .operator = realm {
            realm = other.realm
            settings = other.settings
        } else {
            settings.pullSecrets.formUnion(other.settings.pullSecrets)
        }
    }
}

/// What one policy demands in one namespace, and what could not be found out there.
package struct LocalDemand: Hashable, Sendable {
    /// In the order of their images.
    package var demands: [ScanDemand] = []
    /// What the cluster itself cannot pull, or whose digest no registry tells, as written.
    package var notPullable: Set<NamedImage> = []
    /// Images that wait for a fact or an object: neither demanded nor gone.
    package var unresolved: Set<NamedImage> = []
    /// Repositories of images that are compared, of which it is not known what runs: their reports stay as well.
    package var undecided: Set<String> = []
    /// So little is known of the namespace that nothing in it may be pruned.
    package var isUnseen = false
    package var wants: [TagDigest] = []
}

/// Everything that one policy demands.
package struct PolicyDemand: Sendable {
    package var policy: ObjectKey
    /// Why the policy is not acceptable; it then demands nothing.
    package var stall: Stall?
    /// The namespaces that the policy looks into, in order, with what it finds there.
    package var parts: [Part] = []

    package struct Part: Sendable {
        package var namespace: String
        package var local: Derived<LocalDemand>

        var demands: [ScanDemand] { local.value.demands }
    }

    package struct Stall: Hashable, Sendable {
        package var reason: ScanPolicy.Reason
        package var message: String
    }

    package var namespaces: Set<String> { Set(parts.map(\.namespace)) }
    package var unseenNamespaces: Set<String> { Set(parts.filter(\.local.value.isUnseen).map(\.namespace)) }
    package var notPullable: Set<NamedImage> { union(\.notPullable) }
    package var unresolved: Set<NamedImage> { union(\.unresolved) }
    package var wants: [TagDigest] { parts.flatMap(\.local.value.wants) }

    package var images: [ScopedImage: ScanDemand] {
        let pairs = parts.flatMap { part in
            part.demands.map { (ScopedImage(namespace: part.namespace, image: $0.image), $0) }
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    private func union(_ member: KeyPath<LocalDemand, Set<NamedImage>>) -> Set<NamedImage> {
        parts.reduce(into: []) { result, part in
            let found = part.local.value[keyPath: member]
            if !found.isEmpty { result.formUnion(found) }
        }
    }
}

/// An image in a namespace, by content.
package struct ScopedImage: Hashable, Comparable, Sendable {
    package var namespace: String
    package var image: ImageKey

    package static func < (left: ScopedImage, right: ScopedImage) -> Bool {
        left.namespace == right.namespace ? left.image < right.image : left.namespace < right.namespace
    }
}

/// An image in a namespace, by name only.
package struct NamedImage: Hashable, Sendable {
    package var namespace: String
    /// As written.
    package var image: String
    /// Registry and repository; nil when the text names no image.
    package var repository: String?
    /// True when it counts among the images that the policy matches.
    package var isCounted = true
}
