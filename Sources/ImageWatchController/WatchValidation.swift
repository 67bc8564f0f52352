// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel
import OCIModel

/// Why a watch cannot be followed until somebody changes it: path, value, remedy.
struct WatchStall: Error, Equatable {
    var reason: ImageWatch.Reason
    var message: String

    init(_ reason: ImageWatch.Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}

/// What can be wrong with a watch although its schema holds.
enum WatchValidation {
    static func check(
        _ spec: ImageWatchSpec, in namespace: String, operatorNamespace: String
    ) throws(WatchStall) {
        if spec.workloads?.namespaceSelector != nil, namespace != operatorNamespace {
            throw WatchStall(
                .rootOnlyField,
                "spec.workloads.namespaceSelector may stand only in namespace \(operatorNamespace); remove it, or move the watch there"
            )
        }
        let problem =
            spec.workloads?.selector?.problem(at: "spec.workloads.selector")
            ?? spec.workloads?.namespaceSelector?.problem(at: "spec.workloads.namespaceSelector")
        if let problem { throw WatchStall(.invalidSelector, problem) }
        try check(spec.policy, at: "spec.policy")
        for (index, entry) in (spec.images ?? []).enumerated() {
            do throws(ImageReferenceError) {
                _ = try ImageReference(parsing: entry.image)
            } catch {
                throw WatchStall(.invalidImage, "spec.images[\(index)].image: \(error)")
            }
            try check(entry.policy, at: "spec.images[\(index)].policy")
        }
    }

    private static func check(_ policy: ImageWatchSpec.Policy?, at path: String) throws(WatchStall) {
        guard let policy else { return }
        do throws(TagPolicyError) {
            _ = try TagSelector(TagPolicy(policy))
        } catch {
            throw WatchStall(.invalidPolicy, "\(path).\(error)")
        }
    }
}

extension TagPolicy {
    /// A policy as a spec writes it; without a type it is about semantic versions.
    init(_ policy: ImageWatchSpec.Policy?) throws(TagPolicyError) {
        self.init(
            try Order(type: (policy?.type ?? .semVer).rawValue, range: policy?.range),
            include: policy?.tags?.include ?? [],
            exclude: policy?.tags?.exclude ?? [], extract: policy?.tags?.extract)
    }
}
